//! Results that need not be computed twice: a folder of what stages gave, found again by what went into them.
//!
//! A [`Key`] is a hash of everything that decides a result: the stage and its version, the version of the program, settings,
//! and inputs by their content. Nothing is ever out of date: whatever changes makes another key, so that a rerun repeats
//! what the change concerns and nothing else, and a run that was killed goes on where it was. Old entries stay until the
//! folder is deleted, which may be done at any time.
//!
//! Entries are CBOR (RFC 8949), because it keeps every number as it is: JSON has neither NaN nor infinities.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use radsurv_data::FeatureTable;
use radsurv_data::fs::{check_writable, write_atomic};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::error::{Error, Result};

/// A folder with results of earlier runs. Threads and programs may use it at once: entries appear whole or not at all, and
/// of two that compute the same one is kept.
///
/// # Example
/// ```
/// use radsurv_study::cache::Cache;
/// # let folder = tempfile::tempdir()?;
/// let cache = Cache::open(folder.path())?;
/// let double = |numbers: &[f64]| -> Result<_, radsurv_study::Error> {
///     let key = cache.key("double", 1).part("numbers", numbers).build()?;
///     cache.get_or(&key, || Ok(numbers.iter().map(|n| 2.0 * n).collect::<Vec<f64>>()))
/// };
/// assert!(!double(&[1.0, f64::NAN])?.found);
/// let again = double(&[1.0, f64::NAN])?;
/// assert!(again.found && again.value[0] == 2.0 && again.value[1].is_nan());
/// assert!(!double(&[1.0, 3.0])?.found);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// Hashes of files that were read before.
    known: Mutex<HashMap<PathBuf, Known>>,
}

/// A result, and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cached<T> {
    /// The result.
    pub value: T,
    /// Whether it was there; otherwise it was computed now.
    pub found: bool,
}

/// What a result was made from, as a hash. As a [part](KeyBuilder::part) of another key it stands for the result: what a
/// stage made of the same is the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    stage: String,
    digest: String,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    bytes: u64,
    modified: SystemTime,
    hash: [u8; 20],
}

/// What an entry begins with, before the hash of its content and the content.
const MAGIC: &[u8] = b"radsurv-cache 1\n";

/// A file changed so lately may change again without another time of change.
const SETTLED: Duration = Duration::from_secs(2);

impl Cache {
    /// Opens a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Data`] if it cannot be made or written to.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref().to_path_buf();
        fs::create_dir_all(&folder).and_then(|()| check_writable(folder.join("entry"))).map_err(at(&folder))?;
        Ok(Self { folder, known: Mutex::default() })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Begins the key of a result of a stage. The version is to be raised whenever the stage computes something else from the
    /// same inputs, or its result gets another form.
    pub fn key(&self, stage: &str, version: u32) -> KeyBuilder<'_> {
        let mut builder = KeyBuilder { cache: self, stage: stage.to_string(), hash: Sha1::new(), error: None };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if stage.is_empty() || !stage.chars().all(plain) {
            builder.error = Some(Error::Cache(format!("{stage:?} names no stage: take letters a-z, digits and -")));
        }
        for part in [env!("CARGO_PKG_VERSION"), stage, &version.to_string()] {
            builder.add(b's', part.as_bytes());
        }
        builder
    }

    /// The result of a key: that of an earlier run, else what `compute` gives now, which is kept. A damaged entry counts as
    /// none. Failures are not kept.
    ///
    /// The result must come back from serde as it was: a field that is skipped is lost.
    ///
    /// # Errors
    /// What `compute` returns; as [`put`](Self::put).
    pub fn get_or<T: Serialize + DeserializeOwned>(
        &self,
        key: &Key,
        compute: impl FnOnce() -> Result<T>,
    ) -> Result<Cached<T>> {
        if let Some(value) = self.get(key) {
            return Ok(Cached { value, found: true });
        }
        let value = compute()?;
        self.put(key, &value)?;
        Ok(Cached { value, found: false })
    }

    /// The result of a key, if an earlier run left it. A damaged entry counts as none, and so does one of another form.
    pub fn get<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        let entry = fs::read(self.path(key)).ok()?;
        let (hash, content) = entry.strip_prefix(MAGIC)?.split_first_chunk::<20>()?;
        if *hash != digest(content) {
            return None;
        }
        ciborium::from_reader(content).ok()
    }

    /// Keeps a result.
    ///
    /// # Errors
    /// [`Error::Data`] if the folder cannot be written to, [`Error::Cache`] if serde cannot write the result.
    pub fn put<T: Serialize>(&self, key: &Key, value: &T) -> Result<()> {
        let mut content = Vec::new();
        ciborium::into_writer(value, &mut content)
            .map_err(|e| Error::Cache(format!("a result of the stage {} cannot be written: {e}", key.stage)))?;
        let path = self.path(key);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        write_atomic(&path, |out| {
            out.write_all(MAGIC)?;
            out.write_all(&digest(&content))?;
            out.write_all(&content)
        })
        .map_err(at(&path))
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(&key.stage).join(&key.digest)
    }

    /// The hash of a file's content, or of what is in a folder. That of a file which has not changed since is remembered.
    fn hash_of(&self, path: &Path) -> io::Result<[u8; 20]> {
        let about = fs::metadata(path)?;
        if about.is_dir() {
            let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
            entries.sort_by_key(fs::DirEntry::file_name);
            let mut hash = Sha1::new();
            for entry in entries {
                let name = entry.file_name();
                hash.update((name.len() as u64).to_le_bytes());
                hash.update(name.as_encoded_bytes());
                hash.update(self.hash_of(&entry.path())?);
            }
            return Ok(hash.finalize().into());
        }
        let (bytes, modified) = (about.len(), about.modified()?);
        // A poisoned lock only means that another thread panicked: what is known is still right.
        let known = self.known.lock().unwrap_or_else(|e| e.into_inner()).get(path).copied();
        if let Some(known) = known.filter(|k| (k.bytes, k.modified) == (bytes, modified)) {
            return Ok(known.hash);
        }
        let begin = SystemTime::now();
        let hash = hash_file(path)?;
        if begin.duration_since(modified).is_ok_and(|age| age > SETTLED) {
            let mut known = self.known.lock().unwrap_or_else(|e| e.into_inner());
            known.insert(path.to_path_buf(), Known { bytes, modified, hash });
        }
        Ok(hash)
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| radsurv_data::Error::Io { path, source }.into()
}

fn digest(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

fn hash_file(path: &Path) -> io::Result<[u8; 20]> {
    let mut file = File::open(path)?;
    let mut hash = Sha1::new();
    let mut piece = vec![0; 1 << 18];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(n) => hash.update(&piece[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// A [`Key`] in the making: parts are added one after the other, and their order counts.
#[derive(Debug)]
pub struct KeyBuilder<'c> {
    cache: &'c Cache,
    stage: String,
    hash: Sha1,
    /// The first thing that went wrong.
    error: Option<Error>,
}

impl KeyBuilder<'_> {
    /// Adds settings, or anything else that serde can write always in the same order: no hash map.
    pub fn part<T: Serialize + ?Sized>(mut self, name: &str, value: &T) -> Self {
        let mut content = Vec::new();
        match ciborium::into_writer(value, &mut content) {
            Ok(()) => self.add_named(name, b'p', &content),
            Err(e) => self.failed(Error::Cache(format!("{name} of the stage {} cannot be written: {e}", self.stage))),
        }
        self
    }

    /// Adds the content of a file, or of a folder: names in it and contents. Where it is does not count.
    pub fn file(mut self, name: &str, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        match self.cache.hash_of(path) {
            Ok(hash) => self.add_named(name, b'f', &hash),
            Err(e) => self.failed(at(path)(e)),
        }
        self
    }

    /// Adds a table: its cases, features and numbers, to the bit.
    pub fn table(mut self, name: &str, table: &FeatureTable) -> Self {
        self = self.part(name, table.case_ids()).part(name, table.names());
        for column in table.columns() {
            let bytes: Vec<u8> = column.iter().flat_map(|v| v.to_bits().to_le_bytes()).collect();
            self.add(b't', &bytes);
        }
        self
    }

    /// The key.
    ///
    /// # Errors
    /// The first file that cannot be read ([`Error::Data`]) or part that cannot be written ([`Error::Cache`]).
    pub fn build(self) -> Result<Key> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let digest = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Key { stage: self.stage, digest })
    }

    fn add_named(&mut self, name: &str, kind: u8, content: &[u8]) {
        self.add(b'n', name.as_bytes());
        self.add(kind, content);
    }

    /// With its kind and length, so that no two lists of parts are the same bytes.
    fn add(&mut self, kind: u8, content: &[u8]) {
        self.hash.update([kind]);
        self.hash.update((content.len() as u64).to_le_bytes());
        self.hash.update(content);
    }

    fn failed(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path().join("cache")).unwrap();
        (folder, cache)
    }

    fn table(value: f64) -> FeatureTable {
        FeatureTable::from_rows([("P1", vec![("a", value), ("b", f64::NAN)])]).unwrap()
    }

    #[test]
    fn a_change_of_anything_is_another_key() {
        let (folder, cache) = cache();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let (one, two) = (file("one", "1"), file("two", "2"));
        let begin = || cache.key("stage", 1).part("width", &25.0);
        let key = |builder: KeyBuilder<'_>| builder.build().unwrap();
        let keys = [
            key(begin()),
            key(cache.key("stage", 2).part("width", &25.0)),
            key(cache.key("other", 1).part("width", &25.0)),
            key(cache.key("stage", 1).part("height", &25.0)),
            key(cache.key("stage", 1).part("width", &f64::NAN)),
            key(cache.key("stage", 1).part("width", &None::<f64>)),
            key(begin().part("width", &25.0)),
            key(begin().file("image", &one)),
            key(begin().file("image", &two)),
            key(begin().file("mask", &one)),
            key(begin().file("image", &one).file("image", &two)),
            key(begin().file("image", &two).file("image", &one)),
            key(begin().file("image", folder.path())),
            key(begin().table("features", &table(1.0))),
            key(begin().table("features", &table(1.0f64.next_up()))),
            key(begin().part("before", &key(begin()))),
        ];
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        // The place of a file is nothing, its content all.
        assert_eq!(key(begin().file("image", file("copy", "1"))), keys[7]);
        fs::write(&one, "2").unwrap();
        assert_eq!(key(begin().file("image", &one)), keys[8]);
        assert_ne!(key(begin().file("image", folder.path())), keys[12]);
    }

    #[test]
    fn what_makes_no_key_is_told() {
        let (folder, cache) = cache();
        let gone = folder.path().join("gone.nii");
        let message = cache.key("stage", 1).file("image", &gone).part("p", &1).build().unwrap_err().to_string();
        assert!(message.contains("gone.nii"), "{message}");
        assert!(cache.key("../stage", 1).build().unwrap_err().to_string().contains("names no stage"));
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(Cache::open(file).unwrap_err().to_string().contains("file"));
    }

    #[test]
    fn results_come_back_as_they_were() {
        let (_folder, cache) = cache();
        let key = cache.key("stage", 1).build().unwrap();
        assert_eq!(cache.get::<f64>(&key), None);
        let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, 0.1 + 0.2, 65504.0, 1e300];
        cache.put(&key, &special).unwrap();
        let back: [f64; 8] = cache.get(&key).unwrap();
        assert_eq!(back.map(f64::to_bits), special.map(f64::to_bits));
        // Of another form there is none.
        assert_eq!(cache.get::<String>(&key), None);
        let failed = cache.get_or::<String>(&key, || Err(Error::Cases("no".to_string())));
        assert_eq!(failed.unwrap_err().to_string(), "no");
    }

    #[test]
    fn a_damaged_entry_is_computed_again() {
        let (_folder, cache) = cache();
        let key = cache.key("stage", 1).build().unwrap();
        let numbers: Vec<f64> = (0..1000).map(|i| f64::from(i) / 7.0).collect();
        let run = || cache.get_or(&key, || Ok(numbers.clone())).unwrap();
        assert!(!run().found);
        let path = cache.path(&key);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for damaged in [&whole[..whole.len() / 2], &whole[..20], b"", &flipped] {
            fs::write(&path, damaged).unwrap();
            assert!(!run().found);
            let again = run();
            assert!(again.found && again.value == numbers);
        }
    }

    #[test]
    fn threads_use_it_at_once() {
        let (_folder, cache) = cache();
        let computed = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (cache, computed) = (&cache, &computed);
                scope.spawn(move || {
                    for i in 0..50 {
                        let i = (i + 6 * thread) % 50;
                        let key = cache.key("square", 1).part("i", &i).build().unwrap();
                        let square = cache.get_or(&key, || {
                            computed.fetch_add(1, Ordering::Relaxed);
                            Ok(i * i)
                        });
                        assert_eq!(square.unwrap().value, i * i);
                    }
                });
            }
        });
        assert!((50..=400).contains(&computed.into_inner()));
        let entries = fs::read_dir(cache.folder().join("square")).unwrap().count();
        assert_eq!(entries, 50);
    }
}
