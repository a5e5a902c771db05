"""Training curves as a picture."""

from __future__ import annotations

from pathlib import Path


def draw_curves(history: list[dict[str, float]], path: Path) -> None:
    """One small chart per value of ``history``, over ``step``."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = [name for name in history[-1] if name != "step"]
    rows = -(-len(names) // 4)
    figure, axes = pyplot.subplots(rows, 4, figsize=(14, 2.6 * rows), squeeze=False)
    for name, axis in zip(names, axes.ravel(), strict=False):
        axis.plot([entry["step"] for entry in history], [entry.get(name) for entry in history], marker=".")
        axis.set_title(name, fontsize=9)
        axis.grid(alpha=0.3)
    for axis in axes.ravel()[len(names) :]:
        axis.axis("off")
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
