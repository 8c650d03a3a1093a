#!/usr/bin/env python3
"""Writes torch_values.h and torch_nets.h: what PyTorch makes of small problems and of five steps of small nets.

    python3 tests/nn/torch_values.py          (needs PyTorch 1.13 or later and NumPy)

All is computed in double, so that the tests measure our error alone. Inputs and starting parameters
are not stored: numbers() below and torch_numbers() in torch_numbers.h make the same ones.
"""
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
FOLDER = pathlib.Path(__file__).parent
STEPS = 5


def numbers(stream, shape, scale=1.0):
    """Numbers in -scale .. scale, exact in float32 if scale is a power of two: murmur3's last mix of a count."""
    x = np.arange(1, int(np.prod(shape)) + 1, dtype=np.uint64) * 2654435761 + stream * 40503
    x = x.astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    unit = (x >> np.uint32(8)).astype(np.float64) / 2**23 - 1
    return torch.tensor((unit * scale).reshape(shape))


def number(v):
    """A float constant of C."""
    text = format(v, ".9g")
    return text + ("f" if "." in text or "e" in text else ".f")


def array(kind, name, values):
    values = [number(v) if kind == "float" else str(v) for v in values]
    lines = ["    " + ", ".join(values[i : i + 8]) + "," for i in range(0, len(values), 8)]
    return [f"static const {kind} {name}[] = {{", *lines, "};"]


def write(name, lines):
    head = "/* Made by torch_values.py with PyTorch, in double. */"
    guard = "SCRAWL_TESTS_NN_" + name.upper().replace(".", "_")
    text = "\n".join([head, f"#ifndef {guard}", f"#define {guard}", "", *lines, "", "#endif"])
    (FOLDER / name).write_text(text + "\n")


# ---- the optimisers on a quadratic: the gradient of number i is a[i]*p[i] - b[i] ----

OPTIMISERS = {
    "sgd": lambda groups, lr: torch.optim.SGD(groups, lr),
    "momentum": lambda groups, lr: torch.optim.SGD(groups, lr, momentum=0.9),
    "nesterov": lambda groups, lr: torch.optim.SGD(groups, lr, momentum=0.9, nesterov=True),
    "rmsprop": lambda groups, lr: torch.optim.RMSprop(groups, lr),
    "adam": lambda groups, lr: torch.optim.Adam(groups, lr),
    "adamw": lambda groups, lr: torch.optim.AdamW(groups, lr),
    # Without foreach, PyTorch before 2.0 counts one mu twice (pytorch pull request 92699).
    "nadam": lambda groups, lr: torch.optim.NAdam(groups, lr, foreach=True),
}


def quadratic(kind, decay, clip_norm, clip_value):
    weight = nn.Parameter(numbers(1, (2, 4)))
    bias = nn.Parameter(numbers(2, (2,)))
    a = [1.5 + numbers(3, (2, 4)), 1.5 + numbers(4, (2,))]
    b = [numbers(5, (2, 4)), numbers(6, (2,))]
    groups = [
        {"params": [weight], "weight_decay": decay},
        {"params": [bias], "weight_decay": 0.0},
    ]
    optimiser = OPTIMISERS[kind](groups, 0.05)
    for _ in range(STEPS):
        for i, p in enumerate((weight, bias)):
            p.grad = (a[i] * p - b[i]).detach()
        if clip_norm:
            nn.utils.clip_grad_norm_([weight, bias], clip_norm)
        if clip_value:
            nn.utils.clip_grad_value_([weight, bias], clip_value)
        optimiser.step()
    return torch.cat([weight.flatten(), bias]).tolist()


def optim_lines():
    lines = ["static const struct {", "    const char *kind;",
             "    float decay, clip_norm, clip_value;", "    float after[10];", "} torch_optim[] = {"]
    for kind in OPTIMISERS:
        for decay, norm, value in ((0.01, 0, 0), (0.1, 0, 0), (0.01, 1, 0), (0.01, 0, 0.5)):
            after = [number(v) for v in quadratic(kind, decay, norm, value)]
            lines.append(f'    {{"{kind}", {decay}f, {norm}, {value}{"f" if value else ""},')
            lines.append("     {" + ", ".join(after[:5]) + ",")
            lines.append("      " + ", ".join(after[5:]) + "}},")
    return [*lines, "};", ""]


# ---- schedules ----

def rates(make, steps):
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 0.1)
    schedule = make(optimiser)
    out = []
    for _ in range(steps):
        out.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return out


def schedule_lines():
    lr = torch.optim.lr_scheduler
    return [
        *array("float", "torch_step", rates(lambda o: lr.StepLR(o, 4, 0.5), 12)),
        *array("float", "torch_cosine", rates(lambda o: lr.CosineAnnealingLR(o, 12, 0.02), 12)),
        *array("float", "torch_one_cycle",
               rates(lambda o: lr.OneCycleLR(o, 0.1, total_steps=12), 11)),
        "",
    ]


# ---- losses: the sum over three rows of seven, and its gradient ----

def loss_case(name, make):
    x = numbers(10, (3, 7), 4).requires_grad_()
    t = numbers(11, (3, 7))
    loss = make(x, t)
    loss.backward()
    gradient = [number(v) for v in x.grad.flatten().tolist()]
    lines = [f'    {{"{name}", {loss.item():.12g},', "     {" + ", ".join(gradient[:7]) + ","]
    return [*lines, "      " + ", ".join(gradient[7:14]) + ",", "      " + ", ".join(gradient[14:]) + "}},"]


def loss_lines():
    classes = torch.tensor([3, 0, 6])
    hot = F.one_hot(classes, 7).double()
    rows = lambda loss: loss.mean(1).sum()
    return [
        "static const struct {", "    const char *kind;", "    double sum;", "    float gradient[21];",
        "} torch_losses[] = {",
        *loss_case("cross-entropy", lambda x, t: F.cross_entropy(
            x, classes, reduction="sum", label_smoothing=0.1)),
        *loss_case("mse", lambda x, t: rows(F.mse_loss(x, t, reduction="none"))),
        *loss_case("mse-class", lambda x, t: rows(F.mse_loss(x, hot, reduction="none"))),
        *loss_case("l1", lambda x, t: rows(F.l1_loss(x, t, reduction="none"))),
        *loss_case("binary-cross-entropy", lambda x, t: rows(F.binary_cross_entropy_with_logits(
            x, t.abs(), reduction="none"))),
        *loss_case("hinge", lambda x, t: rows((1 - x * t.sign()).clamp(min=0))),
        *loss_case("given", lambda x, t: (x * t).sum()),
        "};",
        "",
    ]


# ---- figures of merit ----

def ssim(a, b):
    """Wang et al. 2004, by convolution with an 11x11 Gaussian window."""
    x = torch.arange(11) - 5.0
    g = torch.exp(-x * x / (2 * 1.5**2))
    window = torch.outer(g, g)
    window = (window / window.sum())[None, None]
    blur = lambda t: F.conv2d(t[None, None], window)
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    return ((2 * mean_a * mean_b + c1) * (2 * both + c2)
            / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean().item()


def temperature(logits, classes):
    """The best scale of the logits, by Newton's method."""
    log_t = torch.zeros(1, requires_grad=True)
    for _ in range(50):
        loss = F.cross_entropy(logits / log_t.exp(), classes)
        slope, = torch.autograd.grad(loss, log_t, create_graph=True)
        bend, = torch.autograd.grad(slope.sum(), log_t)
        log_t = (log_t - slope / bend).detach().requires_grad_()
    return log_t.exp().item(), F.cross_entropy(logits, classes).item(), loss.item()


def metric_lines():
    a = numbers(20, (28, 20), 0.5) + 0.5
    b = a * 0.75 + (numbers(21, (28, 20), 0.5) + 0.5) * 0.25
    logits = numbers(22, (200, 5), 8)
    classes = torch.where(numbers(23, (200,)) > -0.4, logits.argmax(1), torch.arange(200) % 5)
    best, before, after = temperature(logits, classes)
    return [
        f"static const double torch_ssim = {ssim(a, b):.12g};",
        f"static const double torch_psnr = {-10 * torch.log10(F.mse_loss(a, b)).item():.12g};",
        f"static const double torch_temperature = {best:.12g};",
        f"static const double torch_nll[] = {{{before:.12g}, {after:.12g}}}; /* before and after */",
        f"static const long torch_top2 = {(logits.topk(2).indices == classes[:, None]).sum()};",
    ]


# ---- five steps of small nets; test_torch.c builds the same ----

BATCH = 20  # two slices, the second not full
ONE, IDENTITY = torch.ones(1), torch.tensor([1.0, 0, 0, 0, 1, 0])


class Weights:
    """Named parameters, made at their first use: base + numbers(100 + which) * scale."""

    def __init__(self):
        self.all = {}
        self.counting = False  # running statistics move

    def __call__(self, name, shape, scale=0.25, base=None, decay=True, state=False):
        if name not in self.all:
            value = numbers(100 + len(self.all), shape, scale)
            value = (value + base if base is not None else value).requires_grad_(not state)
            kind = "zero" if base is None else "one" if base is ONE else "identity"
            self.all[name] = (value, scale, kind, decay, state)
        return self.all[name][0]

    def conv(self, x, name, filters, kernel, stride=1, pad=0, bias=True):
        w = self(name + ".weight", (filters, x.shape[1], kernel, kernel))
        b = self(name + ".bias", (filters,), decay=False) if bias else None
        return F.conv2d(x, w, b, stride, pad)

    def conv_transposed(self, x, name, filters, kernel, stride=1, pad=0):
        w = self(name + ".weight", (x.shape[1], filters, kernel, kernel))
        b = self(name + ".bias", (filters,), decay=False)
        return F.conv_transpose2d(x, w, b, stride, pad)

    def dense(self, x, name, units, base=None, scale=0.125):
        w = self(name + ".weight", (units, x.shape[1]), scale)
        return F.linear(x, w, self(name + ".bias", (units,), scale, base, decay=False))

    def gain_and_shift(self, name, c):
        return (self(name + ".weight", (c,), 0.25, ONE, decay=False),
                self(name + ".bias", (c,), 0.25, decay=False))

    def batch_norm(self, x, name):
        gain, shift = self.gain_and_shift(name, x.shape[1])
        mean = self(name + ".running_mean", (x.shape[1],), 0, state=True)
        var = self(name + ".running_var", (x.shape[1],), 0, ONE, state=True)
        if not self.counting:
            mean, var = mean.clone(), var.clone()
        return F.batch_norm(x, mean, var, gain, shift, training=True)

    def group_norm(self, x, name, groups):
        gain, shift = self.gain_and_shift(name, x.shape[1])
        return F.group_norm(x, groups, gain, shift)


def recogniser(w, x):
    y = F.max_pool2d(F.relu(w.batch_norm(w.conv(x, "conv1", 6, 3, 1, 1, bias=False), "norm")), 2)
    y = F.relu(w.conv(y, "conv2", 5, 3, 2, 1))
    return [w.dense(y.flatten(1), "dense", 4)]


def generator(w, x):
    y = F.leaky_relu(w.group_norm(w.conv_transposed(x, "up1", 8, 4), "norm1", 2), 0.2)
    y = F.leaky_relu(w.group_norm(w.conv_transposed(y, "up2", 6, 4, 2, 1), "norm2", 1), 0.2)
    return [torch.tanh(w.conv_transposed(y, "up3", 1, 3, 1, 1))]


def residual(w, x):
    a = w.conv(x, "conv1", 4, 3, 1, 1)
    b = w.conv(F.relu(a), "conv2", 4, 3, 1, 1) + a
    y = torch.cat([F.relu(b), x, torch.sigmoid(w.conv(F.pad(x, (1, 0, 0, 1)), "conv3", 3, 2))], 1)
    y = F.avg_pool2d(y, 2)
    return [w.dense(y.mean((2, 3)), "dense", 3)]


def transformer(w, x, corners):
    y = F.max_pool2d(F.relu(w.conv(x, "local1", 3, 5)), 2)
    theta = w.dense(y.flatten(1), "local2", 6, IDENTITY, 0.0625).view(-1, 2, 3)
    grid = F.affine_grid(theta, x.shape, align_corners=corners)
    y = F.grid_sample(x, grid, align_corners=corners)
    return [w.dense(F.relu(w.conv(y, "conv", 3, 3, 3)).flatten(1), "dense", 4)]


def critic(w, x, classes):
    known = F.embedding(classes.long().flatten(), w("embedding.weight", (5, 6)))
    y = F.silu(w.dense(torch.cat([known, x.flatten(1)], 1), "dense1", 8))
    return [w.dense(torch.tanh(w.dense(y, "dense2", 5)), "dense3", 2)]


def redrawer(w, x):
    y = F.relu(w.conv(x, "conv1", 5, 3, 2, 1))
    up = F.interpolate(y, scale_factor=2, mode="nearest")
    return [w.conv(up, "conv2", 1, 3, 1, 1), w.dense(y.flatten(1), "dense", 4)]


def cross_entropy(x, t):
    return F.cross_entropy(x, t, label_smoothing=0.1)


CLASSES = torch.arange(BATCH) * 7 % 11
NETS = {
    # net: inputs, [(loss, target, weight)]
    "recogniser": (recogniser, [numbers(50, (BATCH, 2, 8, 8))], [(cross_entropy, CLASSES % 4, 1)]),
    "generator": (generator, [numbers(50, (BATCH, 6, 1, 1))],
                  [(F.mse_loss, numbers(60, (BATCH, 1, 8, 8)), 1)]),
    "residual": (residual, [numbers(50, (BATCH, 3, 6, 6))], [(cross_entropy, CLASSES % 3, 1)]),
    "transformer": (lambda w, x: transformer(w, x, False), [numbers(50, (BATCH, 1, 10, 10))],
                    [(cross_entropy, CLASSES % 4, 1)]),
    "transformer-corners": (lambda w, x: transformer(w, x, True),
                            [numbers(50, (BATCH, 1, 10, 10))], [(cross_entropy, CLASSES % 4, 1)]),
    "critic": (critic, [numbers(50, (BATCH, 4, 1, 1)), CLASSES % 5],
               [(F.binary_cross_entropy_with_logits, numbers(60, (BATCH, 2), 0.5) + 0.5, 1)]),
    "redrawer": (redrawer, [numbers(50, (BATCH, 1, 8, 8))],
                 [(F.mse_loss, numbers(60, (BATCH, 1, 8, 8)), 9), (cross_entropy, CLASSES % 4, 0.1)]),
}
CASES = [
    # net, optimiser, rate, weight decay
    ("recogniser", "momentum", 0.05, 0.01),
    ("recogniser", "adam", 0.01, 0),
    ("generator", "sgd", 0.0625, 0),
    ("generator", "rmsprop", 0.001, 0),
    ("residual", "nesterov", 0.125, 0.01),
    ("residual", "adamw", 0.01, 0.125),
    ("transformer", "sgd", 0.125, 0),
    ("transformer-corners", "momentum", 0.05, 0),
    ("critic", "momentum", 0.25, 0),
    ("critic", "nadam", 0.01, 0),
    ("redrawer", "sgd", 0.05, 0),
    ("redrawer", "nadam", 0.005, 0),
]


def train(net, kind, rate, decay):
    forward, inputs, losses = NETS[net]
    weights, history = Weights(), []
    forward(weights, *inputs)  # makes the parameters
    weights.counting = True
    of = lambda d: [v for v, _, _, wants, state in weights.all.values() if wants == d and not state]
    groups = [{"params": of(True), "weight_decay": decay}, {"params": of(False), "weight_decay": 0}]
    optimiser = OPTIMISERS[kind](groups, rate)
    for _ in range(STEPS):
        optimiser.zero_grad()
        outputs = forward(weights, *inputs)
        parts = [loss(x, t) for x, (loss, t, _) in zip(outputs, losses)]
        sum(part * weight for part, (_, _, weight) in zip(parts, losses)).backward()
        optimiser.step()
        history.append([part.item() for part in parts])
    return weights.all, history


def net_lines():
    lines = ["typedef struct TorchParam {", "    const char *name;", "    int count;",
             "    float scale;      /* of the numbers it starts with */",
             "    const char *base; /* .. and what they are added to */", "    const float *after;",
             "} TorchParam;", ""]
    table = []
    for which, (net, kind, rate, decay) in enumerate(CASES):
        weights, history = train(net, kind, rate, decay)
        params = []
        for i, (name, (value, scale, base, _, _)) in enumerate(weights.items()):
            lines += array("float", f"after_{which}_{i}", value.flatten().tolist())
            params.append(f'    {{"{name}", {value.numel()}, {number(scale)}, "{base}", '
                          f"after_{which}_{i}}},")
        lines += [f"static const TorchParam params_{which}[] = {{", *params, "    {0},", "};", ""]
        steps = ["{" + ", ".join(format(v, ".12g") for v in step) + "}" for step in history]
        table += [f'    {{"{net}", "{kind}", {number(rate)}, {number(decay)}, params_{which},',
                  "     {" + ",\n      ".join(steps) + "}},"]
    return [*lines, "static const struct {", "    const char *net, *optimiser;",
            "    float rate, decay;", "    const TorchParam *params;",
            f"    double losses[{STEPS}][2]; /* means over the batch before each step, unweighted */",
            "} torch_nets[] = {", *table, "};"]


if __name__ == "__main__":
    write("torch_values.h", optim_lines() + schedule_lines() + loss_lines() + metric_lines())
    write("torch_nets.h", net_lines())
