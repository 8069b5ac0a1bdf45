# The tables of the gallery of figures: complete cases of lung and pbc of R's survival (3.5-3), pbc in months.
# Rscript gallery_data.R crates/plot/examples/gallery/data
library(survival)
out <- commandArgs(TRUE)[1]
write <- function(d, time, status, x, name) {
  d <- na.omit(data.frame(time = d[[time]], status = d[[status]], d[x])); names(d) <- c("time", "status", x)
  write.csv(d, file.path(out, paste0(name, ".csv")), row.names = FALSE, quote = FALSE) }
l <- lung; l$dead <- l$status - 1
write(l, "time", "dead", c("age", "sex", "ph.ecog", "ph.karno", "pat.karno", "meal.cal", "wt.loss"), "lung")
p <- pbc[1:312, ]; p$death <- as.integer(p$status == 2); p$months <- p$time / 30.4375
write(p, "months", "death", c("age", "bili", "albumin", "protime", "edema", "stage", "ast"), "pbc")
