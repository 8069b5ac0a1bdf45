"""Brier scores and calibration of radsurv beside riskRegression and rms, in one run.

    cargo build --release -p radsurv-eval --example time_calibration
    python benches/peers/calibration.py --radsurv target/release/examples/time_calibration [--rows 700] [--runs 10] [--peer-samples 50]

Needs Rscript with riskRegression, rms and survival. Both do each of:
brier      score, its standard error and IPA at a time, weights by Kaplan-Meier (Score, se.fit = TRUE, null.model = TRUE)
groups     ten groups by Kaplan-Meier (groupkm, g = 10)
smooth     the curve of Austin, Harrell and van Klaveren with ICI (cph of rcs(cloglog, 3), survest at each case), iterated to 1e-9 by both (1e-4 is the default
           of cph, and 3e-5 off here); radsurv adds limits of 100 points
bootstrap  1000 samples of ICI, E50, E90 and Emax; the peer is timed for fewer samples, and given as seconds for as many
Seconds are the fastest of the runs, without reading. Numbers of both are printed to compare.
"""
import argparse
import math
import os
import random
import subprocess
import tempfile

TIME = 36.0
PEER = r"""
suppressMessages({library(survival); library(rms); library(riskRegression)})
a <- commandArgs(TRUE)
d <- read.csv(a[1], header = FALSE, col.names = c("time", "event", "p"))
t <- as.numeric(a[2]); runs <- as.integer(a[3]); samples <- as.integer(a[4])
timed <- function(name, runs, work) {
  best <- Inf
  for (i in seq_len(runs)) { gc(FALSE); s <- system.time(value <- work())[["elapsed"]]; best <- min(best, s) }
  cat(sprintf("%s,%.6f,%.17g\n", name, best, value))
}
y <- Surv(d$time, d$event)
# Ten times in one timing: R's clock has milliseconds.
timed("brier", runs, function() { for (i in 1:10) s <- suppressWarnings(Score(list(a = matrix(d$p)), Surv(time, event) ~ 1, data = d, times = t, metrics = "brier", summary = "ipa", cens.model = "km", se.fit = TRUE, contrasts = FALSE)); s$Brier$score[model == "a"]$se })
timed("groups", runs, function() { for (i in 1:10) g <- groupkm(1 - d$p, y, g = 10, u = t); sum(1 - g[, "KM"]) })
ici <- function(d) {
  d$cll <- log(-log(1 - d$p))
  fit <- cph(Surv(time, event) ~ rcs(cll, 3), data = d, x = TRUE, y = TRUE, surv = TRUE, eps = 1e-9, iter.max = 30)
  distance <- abs(d$p - (1 - survest(fit, newdata = d, times = t, se.fit = FALSE)$surv))
  c(mean(distance), median(distance), quantile(distance, 0.9), max(distance))
}
timed("smooth", runs, function() { for (i in 1:10) found <- ici(d); found[1] })
timed("bootstrap", 1, function() { found <- replicate(samples, ici(d[sample(nrow(d), replace = TRUE), ])); mean(found[1, ]) })
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--radsurv", required=True)
    arguments.add_argument("--rows", type=int, default=700)
    arguments.add_argument("--runs", type=int, default=10)
    arguments.add_argument("--peer-samples", type=int, default=50)
    given = arguments.parse_args()
    rng = random.Random(8)
    lines = []
    for _ in range(given.rows):
        hazard = 0.01 * math.exp(2 * rng.random())
        event, censored = rng.expovariate(hazard), rng.expovariate(0.01)
        lines.append(f"{math.ceil(10 * min(event, censored)) / 10},{int(event <= censored)},{1 - math.exp(-hazard * TIME):.12f}\n")
    with tempfile.TemporaryDirectory() as folder:
        path, script = os.path.join(folder, "table.csv"), os.path.join(folder, "peer.R")
        with open(path, "w") as file:
            file.writelines(lines)
        with open(script, "w") as file:
            file.write(PEER)

        def results(command):
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            rows = [line.split(",") for line in text.splitlines() if line.count(",") == 2]
            return {name: (float(seconds), float(value)) for name, seconds, value in rows}

        ours = results([given.radsurv, str(given.runs), path, str(TIME)])
        theirs = results(["Rscript", script, path, str(TIME), str(given.runs), str(given.peer_samples)])
    times = {"brier": 10, "groups": 10, "smooth": 10, "bootstrap": given.peer_samples / 1000}
    print(f"{'':<10} {'radsurv s':>12} {'peer s':>12} {'times faster':>12}   values")
    for name, (seconds, value) in ours.items():
        peer = theirs[name][0] / times[name]
        print(f"{name:<10} {seconds:>12.6f} {peer:>12.4f} {peer / seconds:>12.0f}   {value:.12g} {theirs[name][1]:.12g}")


if __name__ == "__main__":
    main()
