# Cox models with Firth's penalty:
#   Rscript firth.R OUT [LIBRARY]
# writes OUT/firth.jsonl.gz. coxphf (public repository cran/coxphf, built with R CMD INSTALL, which needs gfortran; LIBRARY is where it
# is) has Breslow's ties. Its coefficients, and those of Efron's, are also those where l + log(det I) / 2 is largest, found
# without derivatives of it: l and I are coxph's at given coefficients.
out <- commandArgs(trailingOnly = TRUE)[1]
.libPaths(c(commandArgs(trailingOnly = TRUE)[-1], .libPaths()))
suppressMessages({library(survival); library(coxphf)})
num <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")

data(breast)
l <- lung[complete.cases(lung[, c("age", "sex", "ph.ecog")]), ][1:40, ]
h <- heart[heart$stop > heart$start, ][1:60, ]
# All events are in the exposed.
s <- data.frame(time = c(5, 8, 3, 9, 2, 7, 6, 4, 10, 1, 11, 12), event = c(1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0),
                exposed = c(1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0), dose = c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8))
cases <- list(
  list(name = "breast", time = breast$TIME, event = breast$CENS, x = breast[, c("T", "N", "G", "CD")]),
  list(name = "lung", time = ceiling(l$time / 30), event = l$status - 1, x = l[, c("age", "sex", "ph.ecog")]),
  list(name = "heart, late entries", entry = h$start, time = h$stop, event = h$event, x = data.frame(age = h$age, surgery = h$surgery, transplant = as.integer(h$transplant) - 1)),
  list(name = "separated", time = s$time, event = s$event, x = s[, c("exposed", "dose")]))

rows <- c()
for (case in cases) for (ties in c("breslow", "efron")) {
  x <- as.matrix(case$x); p <- ncol(x)
  y <- if (is.null(case$entry)) Surv(case$time, case$event) else Surv(case$entry, case$time, case$event)
  at <- function(b) suppressWarnings(coxph(y ~ x, ties = ties, init = b, control = coxph.control(iter.max = 0)))
  penalised <- function(b) { fit <- at(b); fit$loglik[2] - 0.5 * as.numeric(determinant(fit$var)$modulus) }
  scale <- apply(x, 2, sd)
  # Nelder and Mead, begun anew until nothing is gained, then parabolas along each coefficient in turn.
  b <- rep(0, p)
  for (k in 1:30) b <- optim(b * scale, function(z) -penalised(z / scale), control = list(reltol = 1e-15, maxit = 5000), method = if (p > 1) "Nelder-Mead" else "BFGS")$par / scale
  # Central differences of the penalised likelihood, extrapolated, and Newton's steps by them.
  gradient <- function(b) sapply(seq_len(p), function(j) {
    d <- function(h) { e <- replace(rep(0, p), j, h / scale[j]); (penalised(b + e) - penalised(b - e)) / (2 * h / scale[j]) }
    (4 * d(1e-3) - d(2e-3)) / 3
  })
  for (k in 1:40) b <- b + as.vector(at(b)$var %*% gradient(b))
  fit <- at(b)
  method <- "direct"
  rows <- c(rows, sprintf('{"name":"%s","method":"%s","ties":"%s","time":%s,"event":%s%s,"names":[%s],"columns":[%s],"coefficients":%s,"variance":%s,"penalised":%s}',
    case$name, method, ties, num(case$time), num(case$event), if (is.null(case$entry)) "" else sprintf(',"entry":%s', num(case$entry)),
    paste0('"', colnames(x), '"', collapse = ","), paste(apply(x, 2, num), collapse = ","), num(b), num(fit$var), num(c(penalised(rep(0, p)), penalised(b)))))
  message(case$name, " ", ties, ": gradient ", paste(signif(gradient(b), 2), collapse = " "))
  if (ties == "efron") next
  d <- data.frame(case$x, time = case$time, event = case$event)
  left <- if (is.null(case$entry)) "Surv(time, event)" else { d$entry <- case$entry; "Surv(entry, time, event)" }
  fit <- coxphf(as.formula(paste(left, "~", paste(colnames(x), collapse = "+"))), data = d, pl = FALSE, maxit = 2000, epsilon = 1e-12, gconv = 1e-10)
  rows <- c(rows, sprintf('{"name":"%s","method":"coxphf","ties":"%s","time":%s,"event":%s%s,"names":[%s],"columns":[%s],"coefficients":%s,"variance":%s,"penalised":%s}',
    case$name, ties, num(case$time), num(case$event), if (is.null(case$entry)) "" else sprintf(',"entry":%s', num(case$entry)),
    paste0('"', colnames(x), '"', collapse = ","), paste(apply(x, 2, num), collapse = ","), num(fit$coefficients), num(fit$var), num(fit$loglik)))
  message("  coxphf less direct: ", paste(signif(fit$coefficients - b, 2), collapse = " "), ", ", fit$iter, " steps")
}
to <- gzfile(file.path(out, "firth.jsonl.gz"), "w", compression = 9)
writeLines(c(sprintf('{"made_by":"reference/firth.R","R":"%s","survival":"%s","coxphf":"%s"}', R.version.string, packageVersion("survival"), packageVersion("coxphf")), rows), to)
close(to)
