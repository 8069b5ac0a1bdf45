# Errors of randomForestSRC's forests over twenty seeds, with the tables -> for forest_sksurv.py. Rscript forest_rfsrc.R OUT
# randomForestSRC 3.6.1 is in no registry of this project: it is built from its public source (cran/randomForestSRC), with R >= 4.2
# in its DESCRIPTION and without the imports of its plots of trees. RLIB names the library.
.libPaths(c(Sys.getenv("RLIB"), .libPaths()))
suppressMessages({library(survival); library(jsonlite); library(randomForestSRC)})
out <- commandArgs(TRUE)[1]
prepare <- function(d, time, status, x, name) {
  d <- na.omit(data.frame(time = d[[time]], status = d[[status]], d[x])); names(d) <- c("time", "status", x)
  write.csv(d, file.path(out, paste0(name, ".csv")), row.names = FALSE); d }
v <- veteran
cells <- c(sq = "squamous", small = "smallcell", adeno = "adeno")
for (cell in names(cells)) v[[paste0("celltype_", cell)]] <- as.integer(v$celltype == cells[cell])
v <- prepare(v, "time", "status", c("trt", "karno", "diagtime", "age", "prior", "celltype_sq", "celltype_small", "celltype_adeno"), "veteran")
l <- lung; l$dead <- l$status - 1
l <- prepare(l, "time", "dead", c("age", "sex", "ph.ecog", "ph.karno", "pat.karno", "meal.cal", "wt.loss"), "lung")
p <- pbc[1:312, ]; p$death <- as.integer(p$status == 2); p$months <- p$time / 30.4375
p <- prepare(p, "months", "death", c("age", "bili", "albumin", "protime", "edema", "stage", "ast"), "pbc")
forests <- function(d, ...) sapply(1:20, function(s) {
  set.seed(s); train <- seq(1, nrow(d), by = 2)
  f <- rfsrc(Surv(time, status) ~ ., d[train, ], ntree = 1000, use.uno = FALSE, ...)
  risk <- predict(f, d[-train, ])$predicted
  c(tail(f$err.rate, 1), concordance(Surv(d$time[-train], d$status[-train]) ~ risk, reverse = TRUE)$concordance) })
found <- list(versions = as.character(packageVersion("randomForestSRC")), randomForestSRC = list(pbc = forests(p), lung = forests(l), veteran = forests(v), pbc_nsplit0 = forests(p, nsplit = 0)))
writeLines(toJSON(found, digits = 15, auto_unbox = TRUE), file.path(out, "goldens.json"))
