# Centre, scale and scaled values of columns, by R itself. Called by make_zscore.py:
#   Rscript zscore.R IN.csv OUT.csv
# A line per column: method, centre, scale, then the values.
args <- commandArgs(trailingOnly = TRUE)
table <- as.list(read.csv(args[1]))
line <- function(x) paste(sprintf("%.17g", x), collapse = ",")
out <- unlist(lapply(table, function(x) {
  s <- scale(x)
  q <- unname(quantile(x, c(0.25, 0.75), na.rm = TRUE))
  m <- median(x, na.rm = TRUE)
  d <- mad(x, na.rm = TRUE)
  c(
    paste("standard", line(c(attr(s, "scaled:center"), attr(s, "scaled:scale"), s)), sep = ","),
    paste("robust", line(c(m, d, (x - m) / d)), sep = ","),
    paste("quartiles", line(c(m, q[2] - q[1], (x - m) / (q[2] - q[1]))), sep = ",")
  )
}))
writeLines(c(paste0("R ", getRversion()), out), args[2])
