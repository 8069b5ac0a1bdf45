# sva's ComBat on the tables of a folder, called by make_combat.py:
#   Rscript combat_sva.R FOLDER
# FOLDER has jobs.csv (name, input, method, mean_only, reference, covariates joined by +) and the inputs as CSV; NAME.out.csv is
# written for each job: the values (cases by features), then a row per batch with the number of iterations.
suppressMessages({library(sva)})

folder <- commandArgs(trailingOnly = TRUE)[1]
jobs <- read.csv(file.path(folder, "jobs.csv"), colClasses = "character")
sva <- asNamespace("sva")

# A copy of ComBat with some of the functions it calls replaced. `count` is called with each use of postvar, which is once
# per iteration.
patched <- function(no_eb, count) {
  env <- new.env(parent = sva)
  env$postvar <- function(...) { count(); sva$postvar(...) }
  env$it.sol <- sva$it.sol
  environment(env$it.sol) <- env
  # The order of batches is that of the calls of it.sol.
  inner <- env$it.sol
  env$it.sol <- function(...) { count(start = TRUE); inner(...) }
  if (no_eb) {
    # sva has no such mode: its own code, with the step that shrinks left out. (A variance of 0 is not divided by.)
    env$it.sol <- function(sdat, g.hat, d.hat, ...) { d.hat[d.hat == 0] <- 1; rbind(g.hat, d.hat) }
    env$postmean <- function(g.hat, ...) g.hat
  }
  combat <- ComBat
  environment(combat) <- env
  combat
}

for (i in seq_len(nrow(jobs))) {
  job <- jobs[i, ]
  table <- read.csv(file.path(folder, job$input), stringsAsFactors = TRUE)
  data <- t(as.matrix(table[, grep("^f[0-9]+$", names(table))]))
  mod <- NULL
  if (job$covariates != "") mod <- model.matrix(as.formula(paste("~", job$covariates)), data = table)
  iterations <- c()
  count <- function(start = FALSE) {
    if (start) iterations <<- c(iterations, 0) else iterations[length(iterations)] <<- iterations[length(iterations)] + 1
  }
  combat <- patched(job$method == "no-eb", count)
  reference <- if (job$reference == "") NULL else job$reference
  capture.output(result <- suppressMessages(combat(data, batch = table$batch, mod = mod, par.prior = job$method != "non-parametric",
                   mean.only = job$mean_only == "TRUE", ref.batch = reference)))
  lines <- apply(t(result), 1, function(row) paste(sprintf("%.17g", row), collapse = ","))
  writeLines(c(lines, paste(c("iterations", iterations), collapse = ",")), file.path(folder, paste0(job$name, ".out.csv")))
}
cat(R.version.string, "; sva ", as.character(packageVersion("sva")), "\n", sep = "")
