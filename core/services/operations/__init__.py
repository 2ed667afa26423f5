"""What whoever runs the platform watches: faults, logs, gauges, readiness."""
