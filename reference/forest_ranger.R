# Errors of ranger's survival forests over twenty seeds, of the tables of forest_rfsrc.R -> for forest_sksurv.py. Rscript forest_ranger.R TABLES
suppressMessages({library(survival); library(jsonlite); library(ranger)})
folder <- commandArgs(TRUE)[1]
forests <- function(name) { d <- read.csv(file.path(folder, paste0(name, ".csv"))); train <- seq(1, nrow(d), by = 2)
  sapply(1:20, function(s) {
    f <- ranger(dependent.variable.name = "time", status.variable.name = "status", data = d[train, ], num.trees = 500, seed = s, num.threads = 1)
    risk <- rowSums(predict(f, d[-train, ])$chf)
    c(f$prediction.error, concordance(Surv(d$time[-train], d$status[-train]) ~ risk, reverse = TRUE)$concordance) }) }
found <- list(versions = as.character(packageVersion("ranger")), ranger = sapply(c("pbc", "lung", "veteran"), forests, simplify = FALSE))
writeLines(toJSON(found, digits = 15, auto_unbox = TRUE), file.path(folder, "ranger.json"))
