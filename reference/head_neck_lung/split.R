# The rows of LUNG1 that train, the rows that test, and the folds of the training rows. Rscript split.R DATA > split.csv
# The rule: deaths in the order of the table, then the others in theirs; every third of this list tests. The rest, in the same order, is dealt out to
# ten folds in turn, so that parts and folds have the same share of deaths. Nothing is drawn.
folder <- file.path(commandArgs(TRUE)[1], "tables")
ids <- read.csv(file.path(folder, "lung1_rdr_features.csv.gz"), check.names = FALSE)[, 1]
clinic <- read.csv(file.path(folder, "lung1_clinical.csv"))
dead <- clinic$deadstatus.event[match(ids, clinic$PatientID)]
listed <- order(-dead, seq_along(ids))
test <- seq_along(listed) %% 3 == 0
split <- data.frame(row = listed, part = ifelse(test, "test", "train"), fold = NA)
split$fold[!test] <- (seq_len(sum(!test)) - 1) %% 10
write.csv(split[order(split$row), ], stdout(), row.names = FALSE, quote = FALSE, na = "")
