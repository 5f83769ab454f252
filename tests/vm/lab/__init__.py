"""The virtual terminal: a stock Debian in QEMU, with hardware plugged into it while it runs."""
