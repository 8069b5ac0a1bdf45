# Cox, Cox-LASSO and gbm of LUNG1, predicted on HN1: the numbers in crates/survival/tests/it/lung1_hn1.rs. Rscript lung1_hn1.R DATA
suppressMessages({library(survival); library(glmnet); library(gbm)})
folder <- file.path(commandArgs(TRUE)[1], "tables")
features <- function(f) as.matrix(read.csv(file.path(folder, f), row.names = 1, check.names = FALSE))
outcome <- function(f, ids, id, time, event) { d <- read.csv(file.path(folder, f)); d <- d[match(ids, d[[id]]), ]; Surv(d[[time]], d[[event]]) }
x <- features("lung1_rdr_features.csv.gz"); z <- features("hn1_rdr_features.csv.gz")[, colnames(x)]
y <- outcome("lung1_clinical.csv", rownames(x), "PatientID", "Survival.time", "deadstatus.event")
w <- outcome("hn1_clinical.csv", rownames(z), "id", "overall_survival_in_days", "event_overall_survival")
cat("survival", format(packageVersion("survival")), "glmnet", format(packageVersion("glmnet")), "cases", nrow(x), sum(y[, 2]), nrow(z), sum(w[, 2]), "\n")
show <- function(name, v) cat(name, paste(format(v, digits = 15, trim = TRUE), collapse = ", "), "\n")
three <- c("MeshVolume.original", "Sphericity.original", "Entropy.original")
d <- data.frame(x[, three], check.names = FALSE); names(d) <- c("a", "b", "c")
cox <- coxph(y ~ a + b + c, d, control = coxph.control(eps = 1e-12))
show("cox", coef(cox)); show("cox se", sqrt(diag(vcov(cox)))); show("cox loglik", cox$loglik)
n <- data.frame(z[, three], check.names = FALSE); names(n) <- c("a", "b", "c")
show("cox C", concordance(w ~ predict(cox, n), reverse = TRUE)$concordance)
show("cox survival of HN1's first", summary(survfit(cox, n[1, ]), times = c(365, 730, 1095))$surv)
lambdas <- glmnet(x, y, family = "cox")$lambda
at <- c(10, 20, 30, 40)
path <- glmnet(x, y, family = "cox", lambda = lambdas[1:40], thresh = 1e-22, maxit = 1e8)
show("lambda", lambdas[at]); show("lasso deviance ratio", path$dev.ratio[at]); show("lasso features", path$df[at])
risk <- predict(path, z); for (k in at) show("lasso C", concordance(w ~ risk[, k], reverse = TRUE)$concordance)
# Each time once: gbm has another gradient where there are ties.
untied <- Surv(y[, 1] + seq_len(nrow(y)) * 1e-4, y[, 2])
trees <- gbm.fit(as.data.frame(x), untied, distribution = "coxph", n.trees = 200, interaction.depth = 3, shrinkage = 0.02, n.minobsinnode = 10,
                 bag.fraction = 1, keep.data = FALSE, verbose = FALSE)
for (k in c(20, 100, 200)) { r <- predict(trees, as.data.frame(z), n.trees = k); show(paste("gbm", packageVersion("gbm"), k, "trees: C and first risks"),
  c(concordance(w ~ r, reverse = TRUE)$concordance, r[1:3])) }
set.seed(1); half <- gbm.fit(as.data.frame(x), y, distribution = "coxph", n.trees = 200, interaction.depth = 3, shrinkage = 0.02, n.minobsinnode = 10,
                             bag.fraction = 0.5, keep.data = FALSE, verbose = FALSE)
show("gbm, half of the cases C", concordance(w ~ predict(half, as.data.frame(z), n.trees = 200), reverse = TRUE)$concordance)
