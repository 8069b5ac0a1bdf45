# The R packages on the tables that the example prepares, with the settings of the example.
#   cargo run --release --example head_neck_lung_study -- --tables TABLES
#   Rscript reference/head_neck_lung/models.R TABLES reference/head_neck_lung/r.csv LIBRARY
# glmnet, gbm and survival are in Debian; randomForestSRC, survivalsvm and timeROC are built from the public repositories of the owner `cran` into LIBRARY.
args <- commandArgs(TRUE); .libPaths(c(args[3], .libPaths()))
suppressMessages({library(survival); library(glmnet); library(gbm); library(randomForestSRC); library(survivalsvm); library(timeROC)})
runs <- 20
years <- c(365, 730, 1095, 1825)
read <- function(name) {
  d <- read.csv(file.path(args[1], paste0(name, ".csv")), check.names = FALSE)
  x <- as.matrix(d[, !names(d) %in% c("case_id", "time", "event", "fold")]); colnames(x) <- paste0("f", seq_len(ncol(x)))
  list(x = x, y = Surv(d$time, d$event), fold = d$fold) }
train <- read("lung1-train"); sets <- sapply(c("lung1-test", "hn1-pass", "hn1-estimate"), read, simplify = FALSE)
x <- train$x; y <- train$y
measure <- function(risk, y) {
  if (length(unique(risk)) == 1) return(c(C = 0.5, setNames(rep(0.5, 4), paste0("AUC", years))))
  roc <- timeROC(y[, 1], y[, 2], risk, cause = 1, times = years, iid = FALSE)
  c(C = concordance(y ~ risk, reverse = TRUE)$concordance, setNames(roc$AUC, paste0("AUC", years))) }
found <- NULL
keep <- function(model, package, risks) { # risks: of each run, a list of the risks of each set
  for (set in names(sets)) {
    all <- sapply(risks, function(run) measure(run[[set]], sets[[set]]$y))
    for (m in rownames(all)) found <<- rbind(found, data.frame(model = model, tool = package, version = as.character(packageVersion(package)), set = set,
      measure = m, runs = ncol(all), mean = format(mean(all[m, ]), digits = 10), sd = if (ncol(all) > 1) format(sd(all[m, ]), digits = 4) else "")) }
  print(found[found$model == model & found$measure == "C", ], row.names = FALSE) }
of_sets <- function(predict) lapply(sets, function(s) as.vector(predict(s$x)))

folds <- cv.glmnet(x, y, family = "cox", foldid = train$fold + 1, thresh = 1e-9, maxit = 1e7)
cat("lasso: lambda.min", folds$lambda.min, "features", sum(coef(folds, s = "lambda.min") != 0), "\n")
keep("lasso", "glmnet", list(of_sets(function(z) predict(folds, z, s = "lambda.min"))))

d <- data.frame(time = y[, 1], event = y[, 2], x)
keep("rsf", "randomForestSRC", lapply(seq_len(runs), function(seed) {
  f <- rfsrc(Surv(time, event) ~ ., d, ntree = 500, mtry = ceiling(sqrt(ncol(x))), nodesize = 15, nsplit = 10, samptype = "swor", seed = -seed, perf.type = "none")
  of_sets(function(z) predict(f, data.frame(z), perf.type = "none")$predicted) }))

boost <- function(seed, bag) { set.seed(seed)
  g <- gbm.fit(data.frame(x), y, distribution = "coxph", n.trees = 200, interaction.depth = 3, shrinkage = 0.02, n.minobsinnode = 10, bag.fraction = bag,
               keep.data = FALSE, verbose = FALSE)
  of_sets(function(z) predict(g, data.frame(z), n.trees = 200)) }
keep("gbm", "gbm", lapply(seq_len(runs), boost, bag = 0.5))
keep("gbm, all cases", "gbm", list(boost(1, 1)))

# Times by their mean, as they are learned here: the cost then means the same.
s <- data.frame(time = y[, 1] / mean(y[, 1]), event = y[, 2], x)
for (kernel in c("lin", "add")) {
  svm <- survivalsvm(Surv(time, event) ~ ., data = s, type = "regression", kernel = paste0(kernel, "_kernel"), gamma.mu = 1 / ncol(x), opt.meth = "quadprog")
  keep(paste0("svm-", kernel), "survivalsvm", list(of_sets(function(z) -predict(svm, data.frame(z))$predicted))) }
write.csv(found, args[2], row.names = FALSE, quote = TRUE)
