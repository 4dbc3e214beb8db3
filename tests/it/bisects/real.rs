//! A series of eight patches on a real kernel: one breaks an hmm test, one before it does not compile.

use crate::builds::mbox;
use crate::builds::real::{alone, built_kernel, pteward};
use crate::sandbox::Sandbox;

/// The test that is broken.
const TEST: &str = "hmm2.hmm2_device_private.snapshot";

/// Eight steps, each a line of ours beside one that the kernel has.
const STEPS: [(&str, &str, &str); 8] = [
    step(
        "lib/test_hmm.c",
        "#include <linux/init.h>\n",
        "#include <linux/init.h>\n/* specimen: step 1 */\n",
    ),
    step(
        "mm/rmap.c",
        "#include <linux/mm.h>\n",
        "#include <linux/mm.h>\n/* specimen: step 2 */\n",
    ),
    step(
        "lib/test_hmm.c",
        "/* specimen: step 1 */\n",
        "/* specimen: step 3 */\n",
    ),
    step(
        "mm/hmm.c",
        "#include <linux/hmm.h>\n",
        "#include <linux/hmm.h>\n#error specimen\n",
    ),
    step("mm/hmm.c", "#error specimen\n", "/* specimen: step 5 */\n"),
    step("lib/test_hmm.c", BEFORE, BROKEN),
    step(
        "mm/rmap.c",
        "/* specimen: step 2 */\n",
        "/* specimen: step 7 */\n",
    ),
    step(
        "mm/hmm.c",
        "/* specimen: step 5 */\n",
        "/* specimen: step 8 */\n",
    ),
];
const BEFORE: &str = "\tcase HMM_DMIRROR_SNAPSHOT:\n";
const BROKEN: &str = "\tcase HMM_DMIRROR_SNAPSHOT:\n\t\tif (cmd.npages) {\n\t\t\tret = -EINVAL;\n\t\t\tbreak;\n\t\t}\n";

const fn step(
    path: &'static str,
    old: &'static str,
    new: &'static str,
) -> (&'static str, &'static str, &'static str) {
    (path, old, new)
}

#[test]
fn the_patch_that_breaks_a_test_of_a_real_kernel_is_found() {
    for program in ["qemu-system-x86_64", "busybox"] {
        if pteward::base::process::find(program).is_none() {
            println!("skipped: no {program}");
            return;
        }
    }
    let _alone = alone();
    let Some(kernel) = built_kernel("6.12", "") else {
        return;
    };
    let sandbox = Sandbox::new();
    // Made of the kernel's own files here and now: none of its text is kept.
    let series = sandbox.file("eight.mbox", mbox(&kernel.source, "eight", &STEPS));
    let begun = std::time::Instant::now();
    let ran = pteward(&[
        "bisect",
        &format!("{series}@6.12"),
        "--by",
        &format!("test:{TEST}"),
        "--json",
        "--again",
    ]);
    let took = begun.elapsed();
    // For the tests that come after this one.
    let restored = pteward(&["build", "6.12"]);
    assert_eq!((ran.code, restored.code), (0, 0), "{ran:#?}");
    let lines = ran.lines();
    let answers: Vec<String> = lines
        .iter()
        .filter(|line| line["type"] == "answer")
        .map(|line| {
            println!("{line}");
            format!("{} {}", line["state"], line["answer"].as_str().unwrap())
        })
        .collect();
    println!("the search took {} s", took.as_secs());
    assert_eq!(
        answers,
        ["8 bad", "0 good", "4 skip", "3 good", "5 good", "6 bad"]
    );
    let found = lines.iter().find(|line| line["type"] == "bisect").unwrap();
    assert_eq!(
        (&found["culprit"]["state"], &found["steps"]),
        (&6.into(), &6.into())
    );
    assert_eq!(found["skipped"], serde_json::json!([4]));
}
