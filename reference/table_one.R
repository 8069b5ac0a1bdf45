# Summaries, tests and standardised mean differences of a Table 1: R's tests and tableone's modules-smd.R.
#
#     Rscript reference/table_one.R crates/eval/tests/golden/table_one.jsonl.gz modules-smd.R
#
# modules-smd.R is of tableone 0.13.2 (the public repository of the package), which is sourced because the package needs many others.

suppressMessages(library(survival))
source(commandArgs(TRUE)[2])
out <- gzfile(commandArgs(TRUE)[1], "wb")
number <- function(v) ifelse(is.na(v), '"nan"', ifelse(is.finite(v), sprintf("%.17g", v), '"inf"'))
list_of <- function(v) sprintf("[%s]", paste(number(as.vector(v)), collapse = ","))
text_of <- function(v) sprintf("[%s]", paste(ifelse(is.na(v), "null", sprintf('"%s"', v)), collapse = ","))
line <- function(...) cat(sprintf("{%s}\n", paste0(...)), file = out)
line('"made_by":"table_one.R","versions":"', R.version.string, ', survival ', packageVersion("survival"), ', tableone 0.13.2"')
p <- function(t) suppressWarnings(t)$p.value

one <- function(name, x, g) {
  keep <- !is.na(g)
  x <- x[keep]; g <- factor(g[keep])
  if (is.numeric(x)) {
    two <- nlevels(g) == 2
    s <- sapply(split(x, g), function(v) c(mean(v, na.rm = TRUE), sd(v, na.rm = TRUE), quantile(v, c(0, 0.25, 0.5, 0.75, 1), na.rm = TRUE), sum(is.na(v))))
    line('"number":"', name, '","x":', list_of(x), ',"g":', text_of(as.character(g)), ',"summary":[', paste(apply(s, 2, list_of), collapse = ","), ']',
      ',"welch":', number(if (two) p(t.test(x ~ g)) else p(oneway.test(x ~ g))), ',"equal":', number(p(oneway.test(x ~ g, var.equal = TRUE))),
      ',"rank":', number(if (two) p(wilcox.test(x ~ g)) else p(kruskal.test(x, g))), ',"smd":', list_of(StdDiff(x, g)))
  } else {
    m <- table(g, x)
    f <- tryCatch(p(fisher.test(m, workspace = 2e7)), error = function(e) NA)
    line('"category":"', name, '","x":', text_of(as.character(x)), ',"g":', text_of(as.character(g)), ',"counts":[', paste(apply(m, 1, list_of), collapse = ","), ']',
      ',"chisq":', number(p(chisq.test(m))), ',"uncorrected":', number(p(chisq.test(m, correct = FALSE))), ',"fisher":', number(f), ',"smd":', list_of(StdDiffMulti(x, g)))
  }
}
d <- pbc
arm <- ifelse(is.na(d$trt), NA, c("penicillamine", "placebo")[d$trt])
for (v in c("age", "bili", "chol", "albumin", "platelet", "trig")) one(v, d[[v]], arm)
one("sex", as.character(d$sex), arm)
one("stage", ifelse(is.na(d$stage), NA, paste0("S", d$stage)), arm)
one("edema", paste0("e", d$edema), arm)
one("ascites", c("no", "yes")[d$ascites + 1], arm)
stage <- ifelse(is.na(d$stage), NA, paste0("S", d$stage))
for (v in c("age", "bili", "platelet")) one(v, d[[v]], stage)
one("sex by stage", as.character(d$sex), stage)
one("edema by stage", paste0("e", d$edema), stage)
vet <- veteran
one("celltype", as.character(vet$celltype), paste0("arm", vet$trt))
one("karno", vet$karno, paste0("arm", vet$trt))
few <- lung[1:24, ]
one("few", few$age + (1:24) / 100, paste0("sex", few$sex))
one("ecog", paste0("e", few$ph.ecog), paste0("sex", few$sex))
close(out)
