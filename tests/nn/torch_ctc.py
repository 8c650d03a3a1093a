#!/usr/bin/env python3
"""Writes torch_ctc_values.h: what PyTorch's ctc_loss makes of small rows of scores.

    python3 tests/nn/torch_ctc.py          (needs PyTorch 1.13 or later and NumPy)

In double. The scores are those of torch_values.py's numbers(), times 4; the blank is the last class.
"""
import pathlib

import torch
from torch.nn import functional as F

from torch_values import array, numbers

CASES = [  # classes, steps, string
    (3, 1, []),
    (3, 1, [1]),
    (3, 4, [0, 1]),
    (4, 5, [2, 2, 2]),  # just fits: a blank between each
    (11, 9, []),
    (11, 12, [3, 1, 4, 1, 5]),
    (11, 20, [9, 9, 0, 0, 7]),
    (11, 60, [1, 4, 1, 1, 9, 7, 7, 4, 3, 2, 6]),
]


def case(i, classes, steps, string):
    x = numbers(20 + i, (classes, steps), 4.0).requires_grad_(True)
    p = F.log_softmax(x, 0).T.unsqueeze(1)  # (T, 1, C)
    loss = F.ctc_loss(
        p, torch.tensor([string], dtype=torch.long).reshape(1, -1), [steps], [len(string)], blank=classes - 1, reduction="sum"
    )
    loss.backward()
    return loss.item(), x.grad.reshape(-1).tolist()


def main():
    lines = [
        "/* Made by torch_ctc.py with PyTorch, in double. */",
        "#ifndef SCRAWL_TESTS_NN_TORCH_CTC_VALUES_H",
        "#define SCRAWL_TESTS_NN_TORCH_CTC_VALUES_H",
        "",
    ]
    table = []
    for i, (classes, steps, string) in enumerate(CASES):
        loss, gradient = case(i, classes, steps, string)
        lines += array("float", f"torch_ctc_gradient{i}", gradient)
        labels = ", ".join(map(str, string)) or "0"
        table.append(f"    {{{classes}, {steps}, {len(string)}, {{{labels}}}, {loss:.15g}, torch_ctc_gradient{i}}},")
    lines += [
        "",
        "static const struct {",
        "    int classes, steps, length;",
        "    uint8_t labels[16];",
        "    double loss;",
        "    const float *gradient; /* (classes, steps) */",
        "} torch_ctc[] = {",
        *table,
        "};",
        "",
        "#endif",
    ]
    (pathlib.Path(__file__).parent / "torch_ctc_values.h").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
