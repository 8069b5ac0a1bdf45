# ComBat fitted on some cases and applied to others, which no package does: written out, with sva's own functions for the
# empirical Bayes step. Called by make_combat.py:
#   Rscript combat_apply.R FOLDER
# Cases in places 4, 8, 12, ... and all of batch D are new, the others are fitted. D is unseen: with `estimate` its shift and
# variance are those of its standardised values, treated as sva treats a batch. NAME.out.csv has the values of the new cases.
suppressMessages(library(sva))
folder <- commandArgs(trailingOnly = TRUE)[1]
jobs <- read.csv(file.path(folder, "apply.csv"), colClasses = "character")
sva <- asNamespace("sva")

effect <- function(s, method, mean_only) {
  g <- rowMeans(s, na.rm = TRUE)
  d <- if (mean_only) rep(1, nrow(s)) else apply(s, 1, var, na.rm = TRUE)
  if (method == "no-eb") return(rbind(g, d))
  if (method == "non-parametric") return(sva$int.eprior(s, g, d))
  if (mean_only) return(rbind(sva$postmean(g, mean(g), 1, 1, var(g)), 1))
  sva$it.sol(s, g, d, mean(g), var(g), sva$aprior(d), sva$bprior(d))
}

for (i in seq_len(nrow(jobs))) {
  job <- jobs[i, ]
  mean_only <- job$mean_only == "TRUE"
  table <- read.csv(file.path(folder, job$input))
  x <- t(as.matrix(table[, grep("^f[0-9]+$", names(table))]))
  new <- seq_len(nrow(table)) %% 4 == 0 | table$batch == "D"
  seen <- c("A", "B", "C")
  X <- matrix(0, nrow(table), 0)
  if (job$covariates != "") {
    table$sex <- factor(table$sex); table$stage <- factor(table$stage)
    X <- model.matrix(as.formula(paste("~", job$covariates)), data = table)[, -1, drop = FALSE]
  }
  old <- which(!new)
  indicators <- outer(table$batch[old], seen, "==") * 1
  design <- cbind(indicators, X[old, , drop = FALSE])
  sizes <- colSums(indicators)
  any_missing <- any(is.na(x[, old]))
  out <- x
  s <- x
  expected <- x
  sd <- numeric(nrow(x))
  for (f in seq_len(nrow(x))) {
    there <- !is.na(x[f, old])
    B <- qr.solve(design[there, ], x[f, old][there])
    r <- x[f, old][there] - design[there, ] %*% B
    sd[f] <- sqrt(sum(r^2) / (sum(there) - any_missing))
    expected[f, ] <- sum(sizes / sum(sizes) * B[1:3]) + (if (ncol(X)) X %*% B[-(1:3)] else 0)
    s[f, ] <- (x[f, ] - expected[f, ]) / sd[f]
  }
  for (b in c(seen, "D")) {
    from <- if (b == "D") which(table$batch == b) else intersect(old, which(table$batch == b))
    e <- effect(s[, from, drop = FALSE], job$method, mean_only)
    to <- which(table$batch == b)
    out[, to] <- (s[, to] - e[1, ]) / sqrt(e[2, ]) * sd + expected[, to]
  }
  values <- t(out[, new])
  writeLines(apply(values, 1, function(row) paste(sprintf("%.17g", row), collapse = ",")), file.path(folder, paste0(job$name, ".out.csv")))
}
