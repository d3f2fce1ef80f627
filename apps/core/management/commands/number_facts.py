"""Number the facts that other systems are told, and say which of them break their promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.numbering import list_faulty, number_facts, retry_faulty

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Number what other systems are told; exit with 1 where a fact is not as its schema says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again",
            action="store_true",
            help="look once more at facts that were found faulty, as after an upgrade",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"]:
            self.stdout.write(f"{retry_faulty():,} faulty facts are looked at again.")
        self.stdout.write(self.style.SUCCESS(f"{number_facts():,} facts have a number now."))
        faulty = list_faulty()
        for sentence in faulty:
            self.stderr.write(self.style.ERROR(sentence))
        if faulty:
            raise CommandError(
                "These facts wait, and what comes later about the same thing waits behind them."
                " When the schema or the program is mended, run this again with --again."
            )
