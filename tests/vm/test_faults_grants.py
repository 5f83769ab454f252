"""Grants in bad weather: clocks that lie, a dead agent, a restart, a stick that comes and goes."""

import unittest

from faults import FaultTest, holds_for, wait_until
from lab.gadget import Gadgets

_MEGABYTE = 1024 * 1024
_FILES = 30  # of a megabyte each


class WhileAGrantRuns(FaultTest):
    def test_a_stick_pulled_out_and_put_back_is_open_again_until_the_same_deadline(self):
        stick = self.plug_refused("REPLUG-1")
        self.open_by_grant("REPLUG-1", 60)
        self.bench.unplug(stick)
        wait_until("the disk is gone", lambda: not self.block_devices(), 30)
        before = self.remaining_ns()
        self.bench.plug("usb-storage", name=stick, serial="REPLUG-1", port="6")
        wait_until("it is a disk again", lambda: self.disk_of("REPLUG-1"), 30)
        self.assertLess(self.remaining_ns(), before)
        self.wait_shut("REPLUG-1", 60 + 15)
        self.wait_stored("grant-ended")
        self.assert_history_is_whole()

    def test_the_wall_clock_moved_a_year_ahead_ends_nothing_early(self):
        self.moved_clock("+1 year")

    def test_the_wall_clock_moved_a_year_back_lets_nothing_run_longer(self):
        self.moved_clock("-1 year")

    def moved_clock(self, by: str):
        self.plug_refused("CLOCK-1")
        self.open_by_grant("CLOCK-1", 40)
        self.root(f"date -s '{by}'")
        left = self.remaining_ns() / 1e9
        self.assertGreater(left, 5, "it was over before the clock could be moved")
        holds_for("it stays open", lambda: self.disk_of("CLOCK-1"), left - 3)
        self.wait_shut("CLOCK-1", 3 + 15)
        self.wait_stored("grant-ended")
        self.assert_history_is_whole()
        self.wait_stored("clock-moved")

    def test_with_agentd_dead_the_backstop_shuts_it_on_time_and_ends_the_holder(self):
        self.plug_refused("BACKSTOP-1")
        disk = self.open_by_grant("BACKSTOP-1", 40)
        wait_until("udisks mounts it", lambda: self.seat(
            f"udisksctl mount --no-user-interaction -b /dev/{disk}"), 30, 1)
        self.seat("setsid tail -f /media/hanako/STICK/hello.txt >/dev/null 2>&1 </dev/null &")
        left = self.remaining_ns() / 1e9
        self.kill_agent()
        self.assertTrue(self.disk_of("BACKSTOP-1"), "a dead agent must not shut it early")
        self.wait_shut("BACKSTOP-1", left + 20)
        self.assertEqual(self.root("pgrep -cx tail || true"), "0")
        self.assertEqual(self.root("findmnt -n /media/hanako/STICK || true"), "")
        self.start_agent()
        parameters = {entry["key"]: entry["value"]
                      for entry in self.wait_stored("holder-ended")["parameters"]}
        self.assertEqual(parameters["program"], "tail")
        self.wait_stored("medium-closed")
        self.wait_stored("grant-ended")
        self.assert_history_is_whole()

    def test_no_more_is_written_than_the_grant_allows(self):
        # First without a bound: all of it arrives.
        free, written = self.written_by_the_person("FREE-1")
        self.assertEqual(free, _FILES)
        self.assertGreaterEqual(written, _FILES * _MEGABYTE)
        bounded, written = self.written_by_the_person("BOUND-1", "--max-volume", "6MB")
        print(f"({bounded} files, {written / 1e6:.1f} MB on the medium) ", end="", flush=True)
        self.assertLess(bounded, _FILES)
        # What a second and a shut let through, on a medium as slow as this one.
        self.assertLess(written, 6e6 + 12 * _MEGABYTE)
        # The first grant's end is among them, too: it was returned.
        ends = wait_until("the office knows that the volume ended it", lambda: [
            parameters for event in self.stored("grant-ended")
            if (parameters := {each["key"]: each["value"] for each in event["parameters"]})["cause"]
            == "volume"], 90, 1)
        self.assertGreaterEqual(int(ends[0]["written"]), 6e6)
        self.assert_history_is_whole()

    def written_by_the_person(self, serial: str, *options: str) -> tuple[int, int]:
        """How many files the person could write, one after the other, and what of them is there."""
        name = self.plug_refused(serial, name=serial.lower())  # a medium of its own
        disk = self.open_by_grant(serial, 300, *options)
        wait_until("udisks mounts it", lambda: self.seat(
            f"udisksctl mount --no-user-interaction -b /dev/{disk}"), 30, 1)
        said = self.seat(f"""for i in $(seq {_FILES}); do
            head -c {_MEGABYTE} /dev/urandom | dd of=/media/hanako/STICK/$i conv=fsync status=none ||
                break
            echo $i; done""", 240).out
        if not options:
            self.root("sekisho return " + self.agent_status()["grants"][0]["grantId"])
            self.wait_shut(serial, 30)
        self.bench.unplug(name)
        block = 64 * 1024
        medium = self.bench.path(f"{name}.img").read_bytes()
        there = sum(block for at in range(0, len(medium), block)
                    if medium[at:at + block].count(0) < block)
        return len(said.split()), there

    def test_a_restart_ends_it(self):
        self.plug_refused("REBOOT-1")
        self.open_by_grant("REBOOT-1", 600)
        self.machine.reboot()
        self.wait_for_usb("REBOOT-1", 60)
        self.assert_no_disk_appears(5)
        self.assertEqual(self.disks_ever(), [])
        ended = self.wait_stored("grant-ended", seconds=180)
        self.assertIn({"key": "cause", "value": "rebooted"}, ended["parameters"])
        self.assert_history_is_whole()

    def test_of_two_sticks_that_are_alike_down_to_the_serial_one_is_opened(self):
        gadgets = Gadgets(self.machine, 2)
        gadgets.make_stick("twin1", "TWIN", PRODUCT="Twin")
        gadgets.make_stick("twin2", "TWIN", PRODUCT="Twin")
        gadgets.plug("twin1", 0)
        self.open_by_grant("TWIN", 60)
        gadgets.plug("twin2", 1)
        path = wait_until("the kernel knows the second", lambda: gadgets.path(1), 30)
        wait_until("the second is told apart", self.another_instance, 60, 1)
        holds_for("one disk and no other", lambda: len(self.block_devices()) == 1, 5)
        self.assertEqual(self.root(f"cat {path}/authorized"), "0")
        self.assert_history_is_whole()

    def another_instance(self) -> bool:
        reasons = [event["verdict"]["reason"] for event in self.stored("device-blocked", "TWIN")]
        return "VERDICT_REASON_ANOTHER_INSTANCE" in reasons


if __name__ == "__main__":
    unittest.main(verbosity=2)
