# limma beside `cargo run --release --example cervical_genomics_study -- --out FOLDER`, on what it wrote: Rscript genomics_tcga.R FOLDER
# Prints the largest differences; docs/studies.md has them. R 4.2.2, limma 3.54.1, survival 3.5-3.
suppressMessages({ library(limma); library(survival) })
folder <- commandArgs(TRUE)[1]
tables <- file.path(folder, "results", "tables")
e <- as.matrix(read.csv(file.path(folder, "expression.csv"), row.names = 1, check.names = FALSE))
patients <- read.csv(file.path(folder, "patients.csv"), row.names = 1)
cat("limma", as.character(packageVersion("limma")), ",", nrow(e), "genes of", ncol(e), "samples\n")
worst <- function(a, b) max(abs(a - b) / pmax(abs(b), 1e-12))
for (endpoint in c("os", "pfi")) {
  scores <- read.csv(file.path(tables, paste0("radscore-", endpoint, ".csv")), row.names = 1)
  group <- factor(scores[colnames(e), "group"], levels = c("low", "high"))
  known <- !is.na(group)
  fit <- eBayes(lmFit(e[, known], model.matrix(~ group[known])))
  theirs <- topTable(fit, coef = 2, number = Inf, sort.by = "none")
  ours <- read.csv(file.path(folder, paste0("genes-", endpoint, ".csv")), row.names = 1)[rownames(theirs), ]
  cat(sprintf("%s: %d high, %d low; largest relative differences: log FC %.1e, t %.1e, P %.1e, adjusted P %.1e, B %.1e (absolute)\n", endpoint,
    sum(group == "high", na.rm = TRUE), sum(group == "low", na.rm = TRUE), worst(ours$log_fc, theirs$logFC), worst(ours$t, theirs$t),
    worst(ours$p_value, theirs$P.Value), worst(ours$adj_p_value, theirs$adj.P.Val), max(abs(ours$b - theirs$B))))
  cat(sprintf("  changed (P < 0.05, |log2 FC| > 1): limma %d up, %d down; radsurv %d up, %d down\n",
    sum(theirs$P.Value < 0.05 & theirs$logFC > 1), sum(theirs$P.Value < 0.05 & theirs$logFC < -1),
    sum(ours$p_value < 0.05 & ours$log_fc > 1), sum(ours$p_value < 0.05 & ours$log_fc < -1)))
  genes <- read.csv(file.path(tables, paste0(endpoint, "-gene-survival.csv")), check.names = FALSE)$gene
  for (gene in head(genes, 3)) {
    p <- patients[colnames(e)[known], ]
    cox <- summary(coxph(Surv(p[[paste0(endpoint, "_days")]], p[[endpoint]]) ~ scale(e[gene, known])))$coefficients
    cat(sprintf("  %s: hazard ratio of 1 SD %.4f, P %.3e\n", gene, cox[2], cox[5]))
  }
}
