# psych's ICC of the tables of a folder, called by make_icc.py:
#   Rscript icc_psych.R FOLDER
# FOLDER has NAME.csv, a column per reading, NA where one is missing. NAME.out.csv is written: the six rows of psych's table
# (ICC, F, df1, df2, p, limits), then mean squares (B, W, J, E) or, if readings are missing, the variances of the mixed model as
# psych has them with their REML criterion, and as lme4 finds them with the finest tolerances.
suppressMessages({library(psych); library(lme4)})
folder <- commandArgs(trailingOnly = TRUE)[1]
line <- function(x) paste(sprintf("%.17g", x), collapse = ",")

for (file in list.files(folder, pattern = "^[a-z]+[0-9]+[.]csv$")) {
  x <- read.csv(file.path(folder, file))
  mixed <- anyNA(x)
  fit <- suppressMessages(suppressWarnings(ICC(x, lmer = mixed)))
  rows <- apply(as.matrix(fit$results[, 2:8]), 1, line)
  if (mixed) {
    long <- data.frame(stack(x), id = factor(rep(seq_len(nrow(x)), ncol(x))))
    finest <- lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE, check.conv.singular = "ignore",
                          optCtrl = list(xtol_abs = 1e-14, xtol_rel = 1e-14, ftol_abs = 1e-15, ftol_rel = 1e-15, maxeval = 10000))
    model <- lmer(values ~ 1 + (1 | id) + (1 | ind), data = long, na.action = na.omit, control = finest)
    vc <- VarCorr(model)
    rows <- c(rows, line(c(fit$lme$variance[1:3], REMLcrit(fit$summary))),
              line(c(vc$id[1, 1], vc$ind[1, 1], attr(vc, "sc")^2, REMLcrit(model))))
  } else {
    rows <- c(rows, line(c(fit$stats["MS", 1], fit$MSW, fit$stats["MS", 2:3])))
  }
  writeLines(rows, file.path(folder, sub("[.]csv$", ".out.csv", file)))
}
cat(R.version.string, "; psych ", as.character(packageVersion("psych")), "; lme4 ", as.character(packageVersion("lme4")), "\n", sep = "")
