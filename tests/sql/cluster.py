"""Spark: a master and two workers on this machine; each statement on random tables, against the core, and
once more after a worker is killed in mid-run. Run by spark.sh."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import compare

# How often each row stands in the table of the run in which a worker is killed.
TIMES = 25_000
TASKS = 32


def ticked(name):
    return "`" + name.replace("`", "``") + "`"


class Cluster:
    def __init__(self, folder):
        import pyspark

        self.home, self.folder, self.processes = Path(pyspark.__file__).parent, Path(folder), []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.master = f"spark://127.0.0.1:{self.port}"
        self.start("master.Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", "0")
        self.wait_for("I have been elected leader")
        for _ in range(2):
            self.start("worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "-c", "1", "-m", "1g",
                       "-d", str(self.folder / "work"), self.master)
        self.wait_for("Registering worker", times=2)

    def start(self, name, *arguments):
        """Each in a group of its own, so that a worker and what it started can be ended together."""
        log = open(self.folder / "log", "ab")
        environment = {**os.environ, "SPARK_HOME": str(self.home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"}
        command = [str(self.home / "bin" / "spark-class"), "org.apache.spark.deploy." + name, *arguments]
        self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True))

    def wait_for(self, words, times=1):
        for _ in range(300):
            if (self.folder / "log").read_text(errors="replace").count(words) >= times:
                return
            time.sleep(0.1)
        raise SystemExit("the cluster does not start:\n" + (self.folder / "log").read_text(errors="replace"))

    def kill_worker(self):
        os.killpg(self.processes[1].pid, signal.SIGKILL)

    def stop(self):
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


class Spark:
    dialect = "spark"

    def __init__(self, cluster):
        from pyspark.sql import SparkSession

        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        settings = {
            "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2", "spark.executor.memory": "900m", "spark.driver.memory": "1g",
            "spark.log.level": "OFF", "spark.ui.showConsoleProgress": "false", "spark.sql.warehouse.dir": str(cluster.folder / "warehouse"),
        }
        builder = SparkSession.builder.master(cluster.master).appName("ensue")
        for name, value in settings.items():
            builder = builder.config(name, value)
        self.session, self.cluster = builder.getOrCreate(), cluster

    def load(self, name, table, times=1):
        from pyspark.sql import functions

        facts = [*compare.FACTS, "weight"]
        text = lambda value: None if value is None else str(value)
        rows = [tuple(text(row[fact]) for fact in facts) for row in table.rows]
        types = {"b0": "BOOLEAN", "b1": "BOOLEAN", "l0": "STRING", "weight": "DECIMAL(20, 4)", **table.types}
        columns = [f"CAST({fact} AS {kind}) AS {ticked(compare.W0 if fact == 'w0' else fact)}" for fact, kind in types.items()]
        # Past the year 9999 stands for what is none of a fact's dates; Spark has no infinite one.
        columns.append("IF(d0 = 'infinity', DATE_ADD(DATE '9999-12-31', 1), CAST(d0 AS DATE)) AS d0")
        frame = self.session.createDataFrame(rows, ", ".join(f"{fact} STRING" for fact in facts))
        if times > 1:
            frame = self.session.range(0, times, 1, TASKS).crossJoin(functions.broadcast(frame)).drop("id")
        frame.createOrReplaceTempView("loaded")
        view = f"CREATE OR REPLACE TEMPORARY VIEW {ticked(name)} AS SELECT {', '.join(columns)} FROM loaded"
        self.session.sql(view)

    def query(self, statement):
        text = lambda value: None if value is None else str(value)
        frame = self.session.sql(statement)
        return [{name: text(value) for name, value in row.asDict().items()} for row in frame.collect()]


def check_with_a_worker_killed(ensue, spark, rules):
    """The counts of a table of millions of rows, while one of two workers is killed after the first tasks."""
    table = compare.Table(0, 400)
    spark.load("large", table, TIMES)
    arguments = ["--table", "large", "--dialect", "spark", "--on", compare.ON, "--map", f"w0={compare.W0}"]
    statement = ensue.run("sql", rules, "--tally", *arguments, "--weight", "weight", "--by", "l0").stdout
    read = [fact for fact in compare.FACTS if f"AS {ticked(fact)}\n" in statement.replace(",\n", "\n")]
    wanted = compare.expected(ensue, rules, table, read, True, ["l0"])
    ended, killed, seen = threading.Event(), threading.Event(), set()

    def kill():
        tracker = spark.session.sparkContext.statusTracker()
        while not ended.is_set() and not killed.is_set():
            for stage in filter(None, map(tracker.getStageInfo, tracker.getActiveStageIds())):
                seen.add((stage.numTasks, stage.numCompletedTasks))
                if stage.numTasks == TASKS and 0 < stage.numCompletedTasks < stage.numTasks / 2 and not killed.is_set():
                    spark.cluster.kill_worker()
                    killed.set()
            time.sleep(0.02)

    watch = threading.Thread(target=kill)
    watch.start()
    answer = spark.query(statement)
    ended.set()
    watch.join()
    if not killed.is_set():
        raise SystemExit(f"the query ended before a worker could be killed; tasks that were seen: {sorted(seen)}")
    found = compare.from_tally(answer, ["l0"], True)
    for found, wanted in zip(found, wanted):
        times = {key: count * TIMES for key, count in wanted.items()} if isinstance(wanted, dict) else wanted * TIMES
        if found != times:
            raise SystemExit(f"after a worker was killed: {found} and not {times}")


def main():
    ensue, policies = compare.Ensue(sys.argv[1]), sorted(str(path) for path in Path(sys.argv[2]).glob("*.ensue"))
    if not policies:
        raise SystemExit("there are no policies")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(folder)
        try:
            spark = Spark(cluster)
            statements = compare.check(ensue, spark, policies, rows=400)
            print(f"Spark {spark.session.version}, two workers: {statements} statements on {len(policies)} policies count "
                  f"as the core does ({time.monotonic() - start:.0f} s)", flush=True)
            check_with_a_worker_killed(ensue, spark, policies[0])
            print(f"the same on {400 * TIMES:,} rows with a worker killed in mid-run ({time.monotonic() - start:.0f} s)")
        finally:
            cluster.stop()


main()
