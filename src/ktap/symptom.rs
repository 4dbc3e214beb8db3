//! In: what the kernel printed, line by line, and which test was running. Out: its complaints, folded by title.

use super::frame::{Frame, frame};
use super::line::without_stamp;
use super::report::{Head, head};
use super::title::function;
use serde::{Deserialize, Serialize};

/// Titles that are kept; later ones are counted under [`REST`].
const MOST: usize = 200;
/// The title of complaints beyond those kept.
const REST: &str = "more complaints than are kept";
/// Frames that are kept of a stack.
const MOST_FRAMES: usize = 48;
/// Lines after which a report is over, whatever they are.
const LONGEST_REPORT: usize = 160;
/// Lines between `kernel BUG at` and its `Oops:`.
const NEAR: usize = 12;

/// Functions of the reporting itself: no symptom is in them.
const REPORTERS: [&str; 24] = [
    "__dump_stack",
    "dump_stack",
    "dump_stack_lvl",
    "show_stack",
    "print_report",
    "print_address_description",
    "kasan_report",
    "kasan_check_range",
    "__warn",
    "__warn_printk",
    "warn_slowpath_fmt",
    "report_bug",
    "handle_bug",
    "panic",
    "vpanic",
    "bad_page",
    "print_bad_pte",
    "print_bad_page_map",
    "dump_page",
    "__dump_page",
    "asm_exc_invalid_op",
    "exc_invalid_op",
    "ubsan_epilogue",
    "free_page_is_bad",
];

/// A complaint of the kernel, as often as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symptom {
    /// What it is, without addresses and numbers: what two runs are compared by.
    pub title: String,
    /// The function that it is in; empty where nothing says so.
    pub function: String,
    /// How often.
    pub count: u64,
    /// The stack of the first one.
    pub stack: Vec<Frame>,
    /// The test that was running at the first one; empty where none was.
    pub test: String,
    /// Every test in which it came, sorted.
    pub tests: Vec<String>,
}

/// A report that is still coming.
#[derive(Debug)]
struct Open {
    head: Head,
    lines: usize,
    stack: Vec<Frame>,
    /// Has a stack begun?
    traced: bool,
    test: String,
}

/// Reads symptoms from a console.
#[derive(Debug, Default)]
pub struct Symptoms {
    open: Option<Open>,
    found: Vec<Symptom>,
}

impl Symptoms {
    /// Begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next line, printed while `test` (empty: none) was running. Says whether a panic begins here.
    pub fn line(&mut self, line: &str, test: &str) -> bool {
        let text = without_stamp(line).trim_end();
        if let Some(head) = head(text) {
            let panics = head.title.starts_with("Kernel panic");
            let same = head.follows
                && self
                    .open
                    .as_ref()
                    .is_some_and(|open| open.head.leads && open.lines < NEAR);
            if !same {
                self.close();
                self.open = Some(Open {
                    head,
                    lines: 0,
                    stack: Vec::new(),
                    traced: false,
                    test: test.to_owned(),
                });
            }
            return panics;
        }
        let Some(open) = &mut self.open else {
            return false;
        };
        open.lines += 1;
        let over = open.lines > LONGEST_REPORT || text.starts_with("---[ end ");
        if over {
            self.close();
            return false;
        }
        open.take(text);
        false
    }

    /// Ends the report that is coming.
    fn close(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        let Open {
            head, stack, test, ..
        } = open;
        let first = || {
            stack
                .iter()
                .map(|frame| function(&frame.function))
                .find(|name| !REPORTERS.contains(name))
                .unwrap_or("")
                .to_owned()
        };
        let function = head.function.clone().unwrap_or_else(first);
        let title = if function.is_empty() {
            head.title
        } else {
            format!("{} in {function}", head.title)
        };
        let known = self.found.iter().position(|symptom| symptom.title == title);
        let room = self.found.len() < MOST;
        let (title, stack) = if room || known.is_some() {
            (title, stack)
        } else {
            (REST.to_owned(), Vec::new())
        };
        let at = self.found.iter().position(|symptom| symptom.title == title);
        let at = at.unwrap_or_else(|| {
            let function = if room { function } else { String::new() };
            self.found.push(Symptom {
                title,
                function,
                count: 0,
                stack,
                test: test.clone(),
                tests: Vec::new(),
            });
            self.found.len() - 1
        });
        let symptom = &mut self.found[at];
        symptom.count += 1;
        if let Err(place) = symptom.tests.binary_search(&test)
            && symptom.tests.len() < MOST
        {
            symptom.tests.insert(place, test);
        }
    }

    /// Ends the console.
    pub fn finish(mut self) -> Vec<Symptom> {
        self.close();
        self.found
    }
}

impl Open {
    /// Takes a line of the report.
    fn take(&mut self, text: &str) {
        let text = text.trim_start();
        if text.starts_with("Call Trace:") || text.starts_with("Call trace:") || text == "<TASK>" {
            self.traced = true;
            return;
        }
        if let Some(rip) = text.strip_prefix("RIP: 0010:") {
            if self.head.function.is_none() && !self.traced {
                self.head.function = frame(rip).map(|frame| function(&frame.function).to_owned());
            }
            // The place itself stands above the stack of those who called it.
            if self.stack.is_empty() {
                self.stack.extend(frame(rip).map(|frame| Frame {
                    exact: true,
                    ..frame
                }));
            }
            return;
        }
        // `? f+0x1/0x2`: left over on the stack, perhaps called.
        if self.traced && !text.starts_with('?') && self.stack.len() < MOST_FRAMES {
            self.stack.extend(frame(text));
        }
        // Page owners and slab reports have stacks of somebody else's.
        let other = [
            "page_owner",
            "Allocated by task",
            "Freed by task",
            "page last free",
            "Memory state around",
        ];
        if other.iter().any(|start| text.starts_with(start)) {
            self.traced = false;
        }
    }
}
