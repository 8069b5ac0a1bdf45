# Decision curves of the R package dcurves for the tables of benefit.R, as decision_curve.py has those of the Python package.
#
#     Rscript reference/decision_curve.R TABLES crates/eval/tests/golden/decision_curve_r.jsonl.gz LIBRARY
#
# TABLES: crates/eval/tests/golden/benefit.jsonl.gz. LIBRARY: a library with dcurves 0.5.1 (R CMD INSTALL of github.com/cran/dcurves).

suppressMessages(library(survival))
arguments <- commandArgs(TRUE)
suppressMessages(library(dcurves, lib.loc = arguments[3]))
tables <- Filter(function(row) !is.null(row$table), lapply(readLines(gzfile(arguments[1])), jsonlite::fromJSON))
out <- gzfile(arguments[2], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', sprintf("%.17g", v))
list_of <- function(v) sprintf("[%s]", paste(number(v), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
thresholds <- (2 + 3 * 0:32) / 100
line('"made_by":"decision_curve.R","versions":"', R.version.string, ', dcurves ', packageVersion("dcurves"), '","thresholds":', list_of(thresholds))
for (t in tables) {
  d <- data.frame(time = t$time, event = t$event, risk = t$risk, risk2 = t$risk2)
  r <- suppressWarnings(net_intervention_avoided(dca(Surv(time, event) ~ risk + risk2, data = d, thresholds = thresholds, harm = list(risk2 = 0.013), time = t$t)))$dca
  for (model in c("risk", "risk2", "all", "none")) {
    m <- r[r$variable == model, ]
    line('"dcurves":"', t$table, '","model":"', model, '","harm":', if (model == "risk2") 0.013 else 0, ',"prevalence":', number(m$pos_rate[1]),
      ',"tp_rate":', list_of(m$tp_rate), ',"fp_rate":', list_of(m$fp_rate), ',"net_benefit":', list_of(m$net_benefit), ',"net_intervention_avoided":', list_of(m$net_intervention_avoided))
  }
}
close(out)
