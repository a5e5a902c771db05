"""A worker's memory over time: `make bench-memory`, or `python -m cameras.tests.bench_memory --minutes 30`.

Watches the drawn street, or another source, with the real models in a process of its own, and a table and pictures
that are thrown away. Fails when the last third of the samples lies more than 5 % above the first.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil

from anpr_site.tests.processes import Product

WARM_UP_S = 180
EVERY_S = 10
MOST_GROWTH = 0.05


def sample(process: psutil.Popen, minutes: float) -> list[float]:
    """The worker's resident memory in MiB, every ten seconds."""
    time.sleep(WARM_UP_S)
    samples = []
    ends = time.monotonic() + 60 * minutes
    while time.monotonic() < ends:
        samples.append(psutil.Process(process.pid).memory_info().rss / 2**20)
        if len(samples) % 6 == 1:
            sys.stdout.write(f"{(len(samples) - 1) * EVERY_S / 60:5.1f} min {samples[-1]:6.0f} MiB\n")
            sys.stdout.flush()
        time.sleep(EVERY_S)
    return samples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--source", default="synthetic:")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder))
        product.manage("migrate", "-v0")
        create = f"Camera.objects.create(name='Gate', source_url={options.source!r}, loop=True)"
        product.manage("shell", "-v0", "-c", create)
        try:
            samples = sample(
                product.start("worker", sys.executable, "manage.py", "run_camera", "gate"), options.minutes
            )
            figures = product.shell("[Detection.objects.count(), CameraHealth.objects.get().recognize_fps]")
        finally:
            product.close()
    third = max(1, len(samples) // 3)
    first, last = median(samples[:third]), median(samples[-third:])
    growth = last / first - 1
    sys.stdout.write(
        f"{len(samples)} samples in {options.minutes:.0f} min: {min(samples):.0f} to {max(samples):.0f} MiB, "
        f"first third {first:.0f}, last third {last:.0f} MiB ({growth:+.1%}); "
        f"{figures[0]} detections, {figures[1]:.1f} looks a second\n"
    )
    return 0 if growth <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
