# CovBat as its authors published it, and the diagnostics of batch effects by base R, called by make_combat.py:
#   Rscript combat_more.R FOLDER COVBAT
# COVBAT is the folder R/R of https://github.com/andy1764/CovBat_Harmonization.
suppressMessages(library(matrixStats))
folder <- commandArgs(trailingOnly = TRUE)[1]
covbat_folder <- commandArgs(trailingOnly = TRUE)[2]
for (file in c("utils.R", "combat.R", "covbat.R")) source(file.path(covbat_folder, file))

numbers <- function(x) paste(sprintf("%.17g", x), collapse = ",")
read <- function(job) {
  table <- read.csv(file.path(folder, job$input), stringsAsFactors = TRUE)
  list(table = table, x = as.matrix(table[, grep("^f[0-9]+$", names(table))]))
}

jobs <- read.csv(file.path(folder, "covbat.csv"), colClasses = "character")
for (i in seq_len(nrow(jobs))) {
  job <- jobs[i, ]
  d <- read(job)
  mod <- if (job$covariates == "") NULL else model.matrix(as.formula(paste("~", job$covariates)), data = d$table)
  result <- covbat(t(d$x), d$table$batch, mod, percent.var = as.numeric(job$explained),
                   n.pc = if (job$components == "") NULL else as.integer(job$components),
                   std.var = job$unit_variance == "TRUE", eb = job$method != "no-eb", parametric = job$method != "non-parametric")
  lines <- apply(t(result$dat.covbat), 1, numbers)
  writeLines(c(lines, paste0("components,", result$npc)), file.path(folder, paste0(job$name, ".out.csv")))
}

jobs <- read.csv(file.path(folder, "diagnostics.csv"), colClasses = "character")
for (i in seq_len(nrow(jobs))) {
  job <- jobs[i, ]
  d <- read(job)
  batch <- d$table$batch
  tests <- apply(d$x, 2, function(v) {
    model <- anova(lm(v ~ batch))
    squares <- model[["Sum Sq"]]
    rank <- kruskal.test(v, batch)
    c(model[["F value"]][1], model[["Pr(>F)"]][1], rank$statistic, rank$p.value, squares[1] / sum(squares))
  })
  whole <- d$x[, colSums(is.na(d$x)) == 0]
  pca <- prcomp(whole, scale. = TRUE)
  scores <- pca$x[, 1:3]
  r2 <- apply(scores, 2, function(v) summary(lm(v ~ batch))$r.squared)
  writeLines(c(apply(tests, 1, numbers), numbers(p.adjust(tests[2, ], "BH")), numbers(p.adjust(tests[4, ], "BH")),
               numbers((pca$sdev^2 / sum(pca$sdev^2))[1:3]), numbers(r2), numbers(abs(scores[, 1])), ncol(whole)),
             file.path(folder, paste0(job$name, ".out.csv")))
}
cat(R.version.string, "; matrixStats ", as.character(packageVersion("matrixStats")), "\n", sep = "")
