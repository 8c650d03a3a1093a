"""LeNet in PyTorch: training, inference and one image, as bench.c measures ours. Run with OPENBLAS_NUM_THREADS=1."""
import statistics, time, torch
from torch import nn

ROUNDS, SECONDS = 9, 0.25


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


def measure(work):
    work()
    calls, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        work()
        calls += 1
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(calls):
            work()
        rounds.append((time.perf_counter() - start) / calls)
    return statistics.median(rounds), min(rounds), max(rounds)


def show(what, threads, batch, timing):
    median, least, most = (batch / t for t in timing)
    print(f"pytorch {what:17} {threads} thread{'s' if threads > 1 else ' '}  batch {batch:4}  {median:9.0f} images/s  "
          f"({most:.0f} to {least:.0f})", flush=True)


print("PyTorch", torch.__version__)
pixels, labels = torch.rand(8192, 1, 28, 28), torch.randint(0, 10, (8192,))
for threads in (1, 2):
    torch.set_num_threads(threads)
    for batch in (64, 128, 300):
        net = lenet()
        adam = torch.optim.Adam(net.parameters(), 1e-3)
        at = 0

        def train():
            global at
            at = (at + batch) % (8192 - batch)
            adam.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(net(pixels[at:at + batch]), labels[at:at + batch]).backward()
            adam.step()

        show("lenet training", threads, batch, measure(train))
    net = lenet().eval()
    with torch.no_grad():
        show("lenet inference", threads, 1024, measure(lambda: net(pixels[:1024])))
torch.set_num_threads(1)
with torch.no_grad():
    median, least, most = measure(lambda: net(pixels[:1]))
print(f"pytorch lenet, one image  1 thread   {median * 1e6:.1f} us  ({least * 1e6:.1f} to {most * 1e6:.1f})")
