"""Automatic number-plate recognition as a library: frames in, plate reads out."""
