# Errors of ranger's survival forests over a hundred seeds, of the tables of forest_rfsrc.R -> for forest_sksurv.py. Rscript forest_ranger.R TABLES
# The risk is the sum of the cumulative hazard over event times, as in the other programs; ranger's own error has that over all times.
suppressMessages({library(survival); library(jsonlite); library(ranger)})
folder <- commandArgs(TRUE)[1]
forests <- function(name) { d <- read.csv(file.path(folder, paste0(name, ".csv"))); train <- seq(1, nrow(d), by = 2)
  sapply(1:100, function(s) {
    f <- ranger(dependent.variable.name = "time", status.variable.name = "status", data = d[train, ], num.trees = 500, seed = s, num.threads = 1)
    events <- f$unique.death.times %in% d$time[train][d$status[train] == 1]
    risk <- rowSums(predict(f, d[-train, ])$chf[, events]); seen <- rowSums(f$chf[, events])
    c(1 - concordance(Surv(d$time[train], d$status[train]) ~ seen, reverse = TRUE)$concordance,
      concordance(Surv(d$time[-train], d$status[-train]) ~ risk, reverse = TRUE)$concordance) }) }
found <- list(versions = as.character(packageVersion("ranger")), ranger = sapply(c("pbc", "lung", "veteran"), forests, simplify = FALSE))
writeLines(toJSON(found, digits = 15, auto_unbox = TRUE), file.path(folder, "ranger.json"))
