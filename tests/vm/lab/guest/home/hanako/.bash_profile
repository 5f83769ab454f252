# On the terminal's own screen, also serve the lab's commands from inside this session.
if [ "$(tty)" = /dev/tty1 ]; then
  /usr/local/sbin/lab-channel /dev/virtio-ports/lab.seat </dev/null >/dev/null 2>&1 &
  disown
fi
