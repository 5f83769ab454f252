#!/usr/bin/env python3
"""Plants forbidden includes in an empty tree: check_arrows has to find each, and nothing else."""

import pathlib
import tempfile
import unittest

import check_arrows

FORBIDDEN = [
    ("agent/core/x.cc", '#include "platform/api/clock.h"'),
    ("agent/core/x.h", '#include "absl/status/status.h"'),
    ("agent/core/x.cc", "#include <unistd.h>"),
    ("agent/core/x.cc", "#include <sodium.h>"),
    ("agent/core/x.cc", '#include "sekisho/v1/policy.pb.h"'),
    ("platform/linux/x.cc", '#include "agent/core/device.h"'),
    ("platform/fake/x.cc", '#include "platform/linux/files.h"'),
    ("platform/api/x.h", "#include <sys/types.h>"),
    ("agent/engine/x.cc", '#include "platform/linux/files.h"'),
    ("agent/engine/x.cc", '#include "agent/link/link.h"'),
    ("agent/engine/x.cc", "#include <fcntl.h>"),
    ("agent/engine/x.cc", "#include <grpcpp/grpcpp.h>"),
    ("agent/link/x.cc", '#include "agent/engine/engine.h"'),
    ("agent/spool/x.cc", '#include "proto/contract/seal.h"'),
    ("agent/cli/x.cc", '#include "console/store/model.h"'),
    ("console/service/x.cc", '#include "console/rpc/server.h"'),
    ("console/service/x.cc", '#include "agent/engine/engine.h"'),
    ("console/service/x.cc", "#include <grpcpp/server_context.h>"),
    ("console/service/x.cc", '#include "sekisho/v1/grant_service.grpc.pb.h"'),
    ("console/store/x.cc", '#include "console/service/groups.h"'),
    ("console/rpc/x.cc", '#include "console/store/model.h"'),
    ("proto/contract/x.cc", '#include "agent/engine/engine.h"'),
    ("agent/engine/x.cc", '#include "tests/policy/world.h"'),
    ("agent/engine/main.cc", '#include "console/store/model.h"'),
    ("agent/engine/x.cc", "#ifdef _WIN32"),
    ("console/store/x.cc", "#if defined(__linux__) && 1"),
    ("agent/newcomer/x.cc", "#include <string>"),
]
ALLOWED = [
    ("agent/core/x.cc", "#include <string_view>"),
    ("agent/core/x.cc", '#include "agent/core/device.h"'),
    ("agent/engine/x.cc", '#include "agent/spool/spool.h"'),
    ("agent/engine/main.cc", '#include "platform/linux/files.h"'),
    ("agent/link/x.cc", "#include <grpcpp/grpcpp.h>"),
    ("console/policy/x.cc", '#include "agent/core/decide.h"'),
    ("console/rpc/x.cc", '#include "console/service/groups.h"'),
    ("platform/linux/x.cc", "#ifdef __linux__"),
    ("platform/linux/x.cc", "#include <unistd.h>"),
    ("proto/contract/x.cc", "#include <sodium.h>"),
]


class PlantedArrows(unittest.TestCase):
    def complaints(self, path: str, line: str) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / path
            file.parent.mkdir(parents=True)
            file.write_text(f"#include <vector>\n{line}\n", "utf-8")
            return check_arrows.check(pathlib.Path(folder))[1]

    def test_each_forbidden_arrow_is_found(self):
        for path, line in FORBIDDEN:
            with self.subTest(path=path, line=line):
                self.assertTrue(self.complaints(path, line))

    def test_allowed_arrows_are_left_alone(self):
        for path, line in ALLOWED:
            with self.subTest(path=path, line=line):
                self.assertEqual(self.complaints(path, line), [])


if __name__ == "__main__":
    unittest.main()
