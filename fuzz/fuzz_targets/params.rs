//! Parameter files in YAML and JSON; what is accepted is written and read back.
#![no_main]

use radsurv_features::settings::ExtractorSettings;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let read = [ExtractorSettings::from_yaml_str(text, "text"), ExtractorSettings::from_json_str(text, "text")];
    for settings in read {
        match settings {
            Ok(settings) => {
                for written in [settings.to_yaml(), settings.to_json()].into_iter().flatten() {
                    ExtractorSettings::from_yaml_str(&written, "written").expect("what was written is valid");
                }
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
