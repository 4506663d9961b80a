"""The hall: command line, wiring, the pipeline, schedule and reports. Start at ``pipeline.py``."""
