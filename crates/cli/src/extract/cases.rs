//! The cases to extract: those of a cohort file, or the one of the command line.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use radsurv_data::Table;
use radsurv_features::catalog::is_feature_name;

use super::labels::Labels;
use crate::args::{ExtractArgs, Layout};
use crate::error::{Error, Result};

/// Cases, and the columns of the file they come from.
pub struct Cohort {
    /// The columns of the cohort file.
    pub columns: Vec<String>,
    /// Places of the columns that are carried through: all but ID, Image, Mask and Label.
    pub carried: Vec<usize>,
    /// The cases in the order of the file.
    pub cases: Vec<Case>,
}

/// A case: a row of the cohort file.
pub struct Case {
    /// Its id.
    pub id: String,
    /// The image as the file names it.
    pub image: String,
    /// The mask as the file names it.
    pub mask: String,
    /// Where the image is.
    pub image_path: PathBuf,
    /// Where the mask is.
    pub mask_path: PathBuf,
    /// The labels to extract.
    pub labels: Labels,
    /// The channel of a mask with several.
    pub channel: usize,
    /// All cells of its row.
    pub cells: Vec<String>,
}

/// What holds for a case unless its row says otherwise.
pub struct Defaults {
    /// The labels.
    pub labels: Labels,
    /// The channel of a mask with several.
    pub channel: usize,
}

impl Cohort {
    /// The case that the options name.
    pub fn single(args: &ExtractArgs, image: &Path, mask: &Path, defaults: Defaults) -> Self {
        let (image_text, mask_text) = (image.display().to_string(), mask.display().to_string());
        let mut columns = vec!["Image".to_string(), "Mask".to_string()];
        let mut cells = vec![image_text.clone(), mask_text.clone()];
        if let Some(id) = &args.id {
            columns.insert(0, "ID".to_string());
            cells.insert(0, id.clone());
        }
        let case = Case {
            id: args.id.clone().unwrap_or_else(|| stem(image)),
            image: image_text,
            mask: mask_text,
            image_path: image.to_path_buf(),
            mask_path: mask.to_path_buf(),
            labels: defaults.labels,
            channel: defaults.channel,
            cells,
        };
        Self { columns, carried: Vec::new(), cases: vec![case] }
    }

    /// The cases of a file.
    ///
    /// # Errors
    /// If the file cannot be read, lacks a column, has no case, has a label that is none, has a case twice, or a column
    /// that would be confused with one of the output.
    pub fn read(path: &Path, layout: Layout, defaults: &Defaults) -> Result<Self> {
        let table = Table::read_csv(path)?;
        // PyRadiomics asks for no id, and a table in its layout need not have one.
        let id = if layout == Layout::Pyradiomics { table.find_column("ID") } else { Some(table.column("ID")?) };
        let (image, mask) = (table.column("Image")?, table.column("Mask")?);
        let (label, channel) = (table.find_column("Label"), table.find_column("Label_channel"));
        let named = [id, Some(image), Some(mask), label];
        let carried: Vec<usize> = (0..table.columns().len()).filter(|c| !named.contains(&Some(*c))).collect();
        if layout != Layout::Pyradiomics {
            check_names(&table, &carried)?;
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut cases = Vec::with_capacity(table.rows().len());
        for row in table.rows() {
            let filled = |place: usize| match row.cells[place].as_str() {
                blank if blank.trim().is_empty() => {
                    Err(table.error(row.line, format!("the column {} is empty", table.columns()[place])))
                }
                text => Ok(text.to_string()),
            };
            let given = |place: Option<usize>| place.map(|p| row.cells[p].trim()).filter(|text| !text.is_empty());
            let labels = given(label).map(Labels::parse).transpose();
            let channel = given(channel)
                .map(|text| text.parse().map_err(|_| format!("{text:?} is no channel: channels count from 0")));
            cases.push(Case {
                id: id.map_or_else(|| Ok(format!("line {}", row.line)), filled)?,
                image: filled(image)?,
                mask: filled(mask)?,
                image_path: folder.join(&row.cells[image]),
                mask_path: folder.join(&row.cells[mask]),
                labels: labels.map_err(|e| table.error(row.line, e))?.unwrap_or_else(|| defaults.labels.clone()),
                channel: channel.transpose().map_err(|e| table.error(row.line, e))?.unwrap_or(defaults.channel),
                cells: row.cells.clone(),
            });
        }
        if cases.is_empty() {
            return Err(Error::Input(format!("{}: there is no case below the header", path.display())));
        }
        let lines: Vec<u64> = table.rows().iter().map(|r| r.line).collect();
        check_twice(&table, &cases, &lines, layout)?;
        Ok(Self { columns: table.columns().to_vec(), carried, cases })
    }
}

/// Refuses columns that the output will have under the same name.
fn check_names(table: &Table, carried: &[usize]) -> Result<()> {
    let taken = ["case_id", "image", "mask", "label", "region"];
    for &place in carried {
        let name = &table.columns()[place];
        if taken.contains(&name.as_str()) || name.starts_with("diagnostics_") || is_feature_name(name) {
            return Err(Error::Input(format!(
                "{}: the column {name} would be carried into a table that has a column of that name; rename it or take it \
                 out (the layout pyradiomics replaces its values instead)",
                table.source_name()
            )));
        }
    }
    Ok(())
}

/// Refuses cases whose rows in the output could not be told apart.
fn check_twice(table: &Table, cases: &[Case], lines: &[u64], layout: Layout) -> Result<()> {
    if layout == Layout::Pyradiomics {
        return Ok(());
    }
    let mut by_id: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, case) in cases.iter().enumerate() {
        let same = by_id.entry(&case.id).or_default();
        for &other in same.iter() {
            let (id, first) = (&case.id, lines[other]);
            if layout == Layout::Wide {
                return Err(Error::Table(table.error(
                    lines[i],
                    format!(
                        "the id {id} is also in line {first}, and the layout wide has one row per case; give all labels of \
                         a case in one row (Label \"1,2\"), or different ids"
                    ),
                )));
            }
            if case.labels.overlaps(&cases[other].labels) {
                return Err(Error::Table(table.error(
                    lines[i],
                    format!(
                        "the id {id} is also in line {first}, for the same label; give the rows different ids, or \
                         different labels in the column Label"
                    ),
                )));
            }
        }
        same.push(i);
    }
    Ok(())
}

/// A file's name without its folder and extensions.
fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    Path::new(name).file_stem().map_or_else(|| name.to_string(), |s| s.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, layout: Layout) -> Result<Cohort> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cases.csv");
        std::fs::write(&path, text).unwrap();
        Cohort::read(&path, layout, &Defaults { labels: Labels::one(1), channel: 0 })
    }

    #[test]
    fn rows_become_cases() {
        let text = "Site,ID,Image,Mask,Label,Label_channel\nA,P1,i1.nii,/m1.nii,,\nB,P2,i2.nii,m2.nii,\"2,union\",1\n";
        let cohort = read(text, Layout::Long).unwrap();
        assert_eq!(cohort.carried, [0, 5]);
        let [first, second] = &cohort.cases[..] else { panic!() };
        assert!(first.image_path.is_absolute() && first.image_path.ends_with("i1.nii"));
        assert_eq!(first.mask_path, Path::new("/m1.nii"));
        assert_eq!((first.labels.to_string(), first.channel), ("1".to_string(), 0));
        assert_eq!((second.labels.to_string(), second.channel), ("2,union".to_string(), 1));
    }

    #[test]
    fn bad_cohorts_are_explained() {
        let message = |text: &str, layout| read(text, layout).err().unwrap().to_string();
        let long = |text: &str| message(text, Layout::Long);
        assert!(long("Image,Mask\ni,m\n").contains("has no column ID; its columns are Image, Mask"));
        assert!(long("ID,Image\nP1,i\n").contains("has no column Mask"));
        assert!(long("ID,Image,Mask\n").contains("no case below the header"));
        assert!(long("ID,Image,Mask\nP1,i,m\nP2, ,m\n").contains("line 3: the column Image is empty"));
        assert!(long("ID,Image,Mask,Label\nP1,i,m,x\n").contains("line 2: \"x\" is no label"));
        assert!(long("ID,Image,Mask,Label_channel\nP1,i,m,-1\n").contains("line 2: \"-1\" is no channel"));
        assert!(long("ID,Image,Mask,region\nP1,i,m,x\n").contains("the column region"));
        assert!(long("ID,Image,Mask,original_glcm_Id\nP1,i,m,x\n").contains("the column original_glcm_Id"));
        let twice = "ID,Image,Mask,Label\nP1,i,m,1\nP1,i,n,1\n";
        assert!(long(twice).contains("line 3: the id P1 is also in line 2, for the same label"));
        assert!(message(twice, Layout::Wide).contains("Label \"1,2\""));
        assert_eq!(read(twice, Layout::Pyradiomics).unwrap().cases.len(), 2);
        let labels = "ID,Image,Mask,Label\nP1,i,m,1\nP1,i,m,2\n";
        assert_eq!(read(labels, Layout::Long).unwrap().cases.len(), 2);
        assert!(read(labels, Layout::Wide).is_err());
        assert_eq!(read("Image,Mask\ni,m\n", Layout::Pyradiomics).unwrap().cases[0].id, "line 2");
    }

    #[test]
    fn names_of_files_make_ids() {
        assert_eq!(stem(Path::new("a/STS_001.nii.gz")), "STS_001");
        assert_eq!(stem(Path::new("ct.v2.nrrd")), "ct.v2");
    }
}
