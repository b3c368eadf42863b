"""The article's six outcomes of a table by an engine in Python: `tables.py ENGINE TABLE THREADS`; and
`tables.py parquet TABLE FILE`, the table as a Parquet file: yes and no, texts, and weights as numbers.

Prints a line of JSON: for all rows, or for those in which every fact is known, how many rows there are,
and for each consequence in how many it follows, does not follow, and is neither by the engine's logic.
Every engine is told the names of the columns and takes their cells as text; it need not guess.
"""

import json
import os
import sys

COLUMNS = ["ukrainian", "residence", "under_occupation", "russian_passport", "owns_property"]
COVERED = "ukrainian = 'yes' AND residence <> 'elsewhere' AND under_occupation = 'yes'"
WITHOUT = f"{COVERED} AND russian_passport = 'no'"
CONDITIONS = [WITHOUT, WITHOUT, WITHOUT, f"{WITHOUT} AND owns_property = 'yes'", WITHOUT,
              f"{COVERED} AND russian_passport = 'yes'"]


def query(table):
    counts = (f"count(*) FILTER (WHERE {condition}) AS yes{index}, "
              f"count(*) FILTER (WHERE NOT ({condition})) AS no{index}"
              for index, condition in enumerate(CONDITIONS))
    return f"SELECT count(*) AS all_rows, {', '.join(counts)} FROM {table}"


def gathered(row):
    rows, *counts = (int(count) for count in row)
    pairs = zip(counts[::2], counts[1::2])
    return {"rows": rows, "counts": [[yes, no, rows - yes - no] for yes, no in pairs]}


def header(table):
    with open(table) as lines:
        return lines.readline().strip().split(",")


def duckdb(table, threads):
    import duckdb as engine

    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in header(table)) + "}"
    connection = engine.connect(config={"threads": threads})
    source = f"read_csv('{table}', header = true, delim = ',', quote = '\"', columns = {columns})"
    return {"all": gathered(connection.execute(query(source)).fetchone())}


def polars(table, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as engine

    column = engine.col
    covered = (column("ukrainian") == "yes") & (column("residence") != "elsewhere") \
        & (column("under_occupation") == "yes")
    without = covered & (column("russian_passport") == "no")
    conditions = [without, without, without, without & (column("owns_property") == "yes"), without,
                  covered & (column("russian_passport") == "yes")]
    counts = [engine.len().alias("rows")]
    for index, condition in enumerate(conditions):
        counts += [condition.sum().alias(f"yes{index}"), (~condition).sum().alias(f"no{index}")]
    lazy = engine.scan_csv(table, infer_schema=False).select(counts)
    return {"all": gathered(lazy.collect(engine="streaming").row(0))}


def datafusion(table, threads):
    import datafusion as engine
    import pyarrow

    context = engine.SessionContext(engine.SessionConfig().with_target_partitions(threads))
    schema = pyarrow.schema([(name, pyarrow.string()) for name in header(table)])
    context.register_csv("people", table, schema=schema, has_header=True)
    answer = context.sql(query("people")).to_arrow_table()
    return {"all": gathered(column[0].as_py() for column in answer.columns)}


def openfisca(table, threads):
    """OpenFisca has no unknown values and reads no tables: it is given, by polars, the known rows."""
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import numpy
    import polars as engine
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import YEAR
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity(key="person", plural="persons", label="", is_person=True)

    def variable(name, formula=None):
        parts = {"value_type": bool, "entity": person, "definition_period": YEAR, "label": name}
        return type(name, (Variable,), parts | ({"formula": formula} if formula else {}))

    def covered(people, period):
        return people("ukrainian", period) * people("somewhere", period) * people("under_occupation", period)

    def without(people, period):
        return people("covered", period) * numpy.logical_not(people("russian_passport", period))

    inputs = ["ukrainian", "somewhere", "under_occupation", "russian_passport", "owns_property"]
    alone = ["no_social_services", "no_healthcare", "no_financial_services", "foreign_national"]
    system = TaxBenefitSystem([person])
    for name in inputs:
        system.add_variable(variable(name))
    system.add_variable(variable("covered", covered))
    for name in alone:
        system.add_variable(variable(name, without))
    system.add_variable(variable("property_seizure", lambda people, period: without(people, period)
                                 * people("owns_property", period)))
    system.add_variable(variable("conscription_eligible", lambda people, period: people("covered", period)
                                 * people("russian_passport", period)))
    column = engine.col
    yes = [(column(name) == "yes") for name in COLUMNS if name != "residence"]
    yes.insert(1, (column("residence") != "elsewhere").alias("somewhere"))
    known = engine.scan_csv(table, infer_schema=False).select(yes).drop_nulls().collect(engine="streaming")
    simulation = SimulationBuilder().build_default_simulation(system, count=len(known))
    for name in inputs:
        simulation.set_input(name, "2025", known[name].to_numpy())
    order = [*alone[:3], "property_seizure", alone[3], "conscription_eligible"]
    follows = [int(simulation.calculate(name, "2025").sum()) for name in order]
    return {"known": {"rows": len(known), "counts": [[count, len(known) - count, 0] for count in follows]}}


def parquet(table, file):
    import duckdb as engine

    names = header(table)
    columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in names) + "}"
    kinds = {"residence": "{}", "area": "{}", "weight": "CAST({} AS DOUBLE) AS weight"}
    chosen = ", ".join(kinds.get(name, "{0} = 'yes' AS {0}").format(name) for name in names)
    source = f"read_csv('{table}', header = true, delim = ',', quote = '\"', columns = {columns})"
    engine.execute(f"COPY (SELECT {chosen} FROM {source}) TO '{file}' (FORMAT parquet)")


ENGINES = {"duckdb": duckdb, "polars": polars, "datafusion": datafusion, "openfisca": openfisca}

if __name__ == "__main__":
    engine, table, threads = sys.argv[1:]
    if engine == "parquet":
        parquet(table, threads)
        sys.exit()
    print(json.dumps(ENGINES[engine](table, int(threads))))
