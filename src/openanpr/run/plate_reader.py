"""The reader that ships with the program, made from the command's settings."""

from __future__ import annotations

from dataclasses import replace

from openanpr.read.model_file import ModelError
from openanpr.read.reader import Reader, ReaderSettings
from openanpr.run.save import OutputError
