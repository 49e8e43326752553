"""The command line: `bionorm`."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from pipeline.cli_annotate import EPILOG as ANNOTATE_EXAMPLES
from pipeline.cli_annotate import annotate
from pipeline.cli_benchmark import benchmark
from pipeline.cli_corpora import calibrate, evaluate, train
from pipeline.cli_explain import EPILOG as EXPLAIN_EXAMPLES
from pipeline.cli_explain import explain
from pipeline.cli_link import EPILOG as LINK_EXAMPLES
from pipeline.cli_link import link
from pipeline.cli_lookup import coverage, lookup
from pipeline.cli_ontologies import ontologies
from pipeline.cli_options import Config, examples
from pipeline.cli_run import run, validate
from pipeline.errors import BionormError, UsageError

app = typer.Typer(
    name="bionorm",
    help="Genes, diseases and species in papers, resolved to NCBI Gene, MONDO, MeSH and NCBI "
    "Taxonomy. Offline, on a CPU.",
    epilog=examples("bionorm run seeds", "bionorm lookup TNF-alpha", "bionorm run --help"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> NoReturn:
    """Run the command line; errors are told in a line and set the exit code."""
    # The matrices are small: threads of one process would only be in each other's way, and in
    # that of other processes. NumPy reads this when it is loaded, which comes later.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    logging.basicConfig(format="bionorm: %(message)s", level=logging.INFO, stream=sys.stderr)
    try:
        app(standalone_mode=True)
    except UsageError as error:
        _fail(error, 2)
    except BionormError as error:
        _fail(error, 1)
    except OSError as error:
        _fail(error, 1)
    sys.exit(0)


def _fail(error: Exception, code: int) -> NoReturn:
    for line in str(error).splitlines():
        sys.stderr.write(f"bionorm: {line}\n")
    sys.exit(code)


def _show_version(wanted: bool) -> None:
    if wanted:
        from pipeline.terminology.snapshot import default_snapshot, snapshot_hash

        data = snapshot_hash(default_snapshot())[:12]
        typer.echo(f"bionorm {version('bionorm')}, terminology {data}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Config = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Genes, diseases and species in papers, resolved to identifiers. Offline, on a CPU."""
    from pipeline.settings import apply_settings

    apply_settings(context, config)


app.command(epilog=examples("bionorm run seeds", "bionorm run paper.txt more/ --output results"))(
    run
)
app.command(epilog=ANNOTATE_EXAMPLES)(annotate)
app.command(epilog=examples("bionorm validate seeds --min-recall 90"))(validate)
app.command(
    epilog=examples("bionorm lookup TNF-alpha --type Gene", "bionorm lookup - < names.txt")
)(lookup)
app.command(epilog=LINK_EXAMPLES)(link)
app.command(epilog=EXPLAIN_EXAMPLES)(explain)
app.command(epilog=examples("bionorm coverage corpora --split train"))(coverage)
app.command(epilog=examples("bionorm evaluate corpora --split dev --metric doc_micro"))(evaluate)
app.command(epilog=examples("bionorm train corpora"))(train)
app.command(epilog=examples("bionorm calibrate corpora"))(calibrate)
app.command(epilog=examples("bionorm benchmark seeds --names 100000"))(benchmark)
app.add_typer(ontologies, name="ontologies")
