# Survival of each gene and a network of TCGA-CESC: the numbers in crates/genomics/tests/it/cesc.rs, and how long R takes.
#
#     Rscript reference/genomics_cesc.R DATA/tcga_cesc

suppressMessages({library(survival); library(maxstat); library(WGCNA)})
dir <- commandArgs(TRUE)[1]
x <- t(as.matrix(read.csv(file.path(dir, "tcga_cesc_rlog_2009genes_242pts.csv.gz"), row.names = 1, check.names = FALSE)))
d <- read.csv(file.path(dir, "tcga_cesc_242pts_pheno_survival.csv"))
stopifnot(all(d$sample == rownames(x)))
took <- function(name, work) cat(sprintf("%s: %.2f s\n", name, system.time(work)[["elapsed"]]))

took("Cox models", cox <- t(apply(x, 2, function(v) { s <- summary(coxph(Surv(d$OS.time, d$OS) ~ scale(v))); c(s$conf.int[1, c(1, 3, 4)], s$coefficients[1, 5]) })))
took("cuts, Lau94", cuts <- t(apply(x, 2, function(v) { m <- maxstat.test(Surv(OS.time, OS) ~ v, data.frame(d, v), smethod = "LogRank", pmethod = "Lau94", minprop = 0.1, maxprop = 0.9); c(m$estimate, m$statistic, min(1, m$p.value)) })))
top <- order(cox[, 4])[1:3]
print(data.frame(cox[top, ], adj = p.adjust(cox[, 4], "BH")[top], cuts[top, ]), digits = 12)
cat("below 0.05:", sum(cox[, 4] < 0.05), "adjusted:", sum(p.adjust(cox[, 4], "BH") < 0.05), "cuts adjusted:", sum(p.adjust(cuts[, 3], "BH") < 0.05), "\n")
best <- which.max(cuts[, 2]); print(colnames(x)[best]); print(cuts[best, ], digits = 12)

capture.output(took_soft <- system.time(p <- pickSoftThreshold(x)))
cat(sprintf("pickSoftThreshold: %.2f s, power %s\n", took_soft[["elapsed"]], p$powerEstimate)); print(p$fitIndices, digits = 10)
power <- 5
took("TOM", tom <- TOMsimilarity(adjacency(x, power = power), verbose = 0))
took("tree", tree <- hclust(as.dist(1 - tom), method = "average"))
took("hybrid cut", labels <- dynamicTreeCut::cutreeHybrid(tree, 1 - tom, minClusterSize = 30, deepSplit = 2, verbose = 0)$labels)
print(table(labels))
took("merge", merged <- mergeCloseModules(x, labels, cutHeight = 0.25, relabel = TRUE, verbose = 0)$colors)
print(table(merged))
me <- moduleEigengenes(x, merged, excludeGrey = TRUE)
print(me$varExplained[1, ], digits = 12)
print(chooseTopHubInEachModule(x, merged, omitColors = 0, power = power, type = "unsigned"))
r <- cor(me$eigengenes, d$age_at_index); print(cbind(r, corPvalueStudent(r, 242)), digits = 12)
