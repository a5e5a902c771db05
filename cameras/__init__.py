"""What we watch, and the workers that watch it."""
