# Accumulated local effects of ALEPlot (1.1, R/ALEPlot.R) for one number, of a function that both sides compute.
# Rscript local_effects.R ALEPLOT/R/ALEPlot.R OUT
# Writes OUT/local_effects.jsonl.gz: the data, and for each feature and number of intervals the ends and the effects.
source(commandArgs(TRUE)[1]); out <- commandArgs(TRUE)[2]
library(jsonlite)
f <- function(X.model, newdata) with(newdata, 0.8 * a + sin(3 * a) * b + 0.5 * b^2 - a * c + ifelse(d > 1, 0.7, 0) * a)
state <- 20261128
below <- function(n) { state <<- (state * 16807) %% 2147483647; state %% n }
n <- 137
latent <- sapply(1:n, function(i) below(2001) - 1000)
draw <- function(noise) sapply(1:n, function(i) (latent[i] + noise * (below(2001) - 1000)) / 1000)
# a and b are correlated, c is less so and has ties, d is a count.
x <- data.frame(a = draw(0.3), b = draw(0.5), c = round(draw(1) * 4) / 4, d = sapply(1:n, function(i) below(4)))
pdf(NULL)
rows <- list()
for (feature in names(x)) for (k in c(1, 5, 40, 500)) {
  found <- ALEPlot(x, NULL, f, match(feature, names(x)), K = k, NA.plot = FALSE)
  rows[[length(rows) + 1]] <- list(feature = feature, intervals = k, ends = found$x.values, effect = found$f.values)
}
header <- list(made_by = "reference/local_effects.R", versions = paste0("ALEPlot 1.1; R ", getRversion()), data = as.list(x))
file <- gzfile(file.path(out, "local_effects.jsonl.gz"), "w")
for (row in c(list(header), rows)) writeLines(toJSON(row, auto_unbox = TRUE, digits = I(17)), file)
close(file)
