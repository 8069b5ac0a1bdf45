# sva's ComBat on real tables, as JSON lines:
#   Rscript combat_real.R DATA | gzip -9n > ../crates/harmonize/tests/golden/combat_real.jsonl.gz
# DATA is the folder of real data. LUNG1 and HN1 as two centres of one pipeline: of the cases with a known age, LUNG1's first,
# those in odd places (1, 3, 5, ...) are fitted. Values of some cases alone are kept; the test adjusts all.
suppressMessages(library(sva))
data <- commandArgs(trailingOnly = TRUE)[1]

numbers <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
row <- function(table, mode, ids, values) {
  columns <- vapply(ids, function(id) numbers(values[, id]), "")
  cat(sprintf('{"table":"%s","mode":"%s","cases":{%s}}\n', table, mode, paste(sprintf('"%s":%s', ids, columns), collapse = ",")))
}
combat <- function(...) {
  capture.output(result <- suppressMessages(ComBat(...)))
  result
}
cat(sprintf('{"made_by":"reference/combat_real.R","versions":"%s; sva %s"}\n', R.version.string, packageVersion("sva")))

read <- function(name) {
  features <- read.csv(file.path(data, "tables", paste0(name, "_rdr_features.csv.gz")), row.names = 1, check.names = FALSE)
  as.matrix(features)
}
lung1 <- read("lung1"); hn1 <- read("hn1")
stopifnot(setequal(colnames(lung1), colnames(hn1)))
all <- rbind(lung1, hn1[, colnames(lung1)])
clinical1 <- read.csv(file.path(data, "tables", "lung1_clinical.csv")); clinical2 <- read.csv(file.path(data, "tables", "hn1_clinical.csv"))
known <- rbind(data.frame(id = clinical1$PatientID, age = clinical1$age, sex = clinical1$gender, centre = "LUNG1"),
               data.frame(id = clinical2$id, age = clinical2$age_at_diagnosis, sex = clinical2$biological_sex, centre = "HN1"))
known <- known[match(rownames(all), known$id), ]
keep <- !is.na(known$age); all <- all[keep, ]; known <- known[keep, ]
half <- seq(1, nrow(all), by = 2)
x <- t(all[half, ]); known <- known[half, ]
mod <- model.matrix(~ age + sex, data = known)
ids <- c(head(known$id, 3), tail(known$id, 3))
row("lung1_hn1", "parametric", ids, combat(x, known$centre))
row("lung1_hn1", "parametric covariates", ids, combat(x, known$centre, mod))
row("lung1_hn1", "parametric reference", ids, combat(x, known$centre, mod, ref.batch = "LUNG1"))
row("lung1_hn1", "mean-only", ids, combat(x, known$centre, mean.only = TRUE))
row("lung1_hn1", "non-parametric", ids, combat(x, known$centre, mod, par.prior = FALSE))

expression <- as.matrix(read.csv(file.path(data, "combat", "bladderbatch", "expr_top2000var.csv.gz"), row.names = 1))
pheno <- read.csv(file.path(data, "combat", "bladderbatch", "pheno.csv"), row.names = 1)
stopifnot(identical(colnames(expression), rownames(pheno)))
mod <- model.matrix(~ cancer, data = pheno)
ids <- colnames(expression)[c(1, 20, 40, 57)]
row("bladderbatch", "parametric covariates", ids, combat(expression, pheno$batch, mod))
row("bladderbatch", "non-parametric", ids, combat(expression, pheno$batch, mod, par.prior = FALSE))
