"""The published schema and the parser say the same of the same policies.

Usage: schema_test.py SCHEMA FOLDER; the parser's half, with the same files,
is in policies_test.cc.
"""
import json
import pathlib
import sys
import unittest

import jsonschema
import yaml

SCHEMA = json.loads(pathlib.Path(sys.argv[1]).read_text())
FOLDER = pathlib.Path(sys.argv[2])


def policies(name):
    for text in (FOLDER / name).read_text().split("---\n"):
        yield text.splitlines()[0].removeprefix("# "), yaml.safe_load(text)


class SchemaTest(unittest.TestCase):
    validator = jsonschema.Draft202012Validator(SCHEMA)

    def test_the_schema_is_one(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_good_policies_are_good(self):
        for title, policy in policies("good.yaml"):
            with self.subTest(title):
                self.assertEqual([each.message for each in self.validator.iter_errors(policy)], [])

    def test_bad_policies_are_bad(self):
        for title, policy in policies("bad.yaml"):
            with self.subTest(title):
                self.assertFalse(self.validator.is_valid(policy))

    def test_what_no_schema_can_say_is_left_to_the_parser(self):
        for title, policy in policies("beyond_schema.yaml"):
            with self.subTest(title):
                self.assertTrue(self.validator.is_valid(policy))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
