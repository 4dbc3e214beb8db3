//! Predicates of small headers in the shapes that kernels have had.

use super::*;
use crate::base::id::ObjectId;
use crate::tree::source::{Choose, Node, Source, TreeError, Visit};

/// A tree in memory.
struct Memory(Vec<(&'static str, &'static str)>);

impl Source for Memory {
    fn describe(&self) -> String {
        String::from("memory")
    }
    fn commit(&self) -> Option<ObjectId> {
        None
    }
    fn node(&self, path: &str) -> Result<Option<Node>, TreeError> {
        let found = self.0.iter().find(|(own, _)| *own == path);
        Ok(found.map(|(_, text)| Node::File {
            bytes: text.as_bytes().to_vec(),
            executable: false,
        }))
    }
    fn paths(&self, choose: Choose<'_>) -> Result<Vec<String>, TreeError> {
        Ok(self
            .0
            .iter()
            .map(|(path, _)| (*path).to_owned())
            .filter(|path| choose(path))
            .collect())
    }
    fn visit(&self, _: &[&str], choose: Choose<'_>, visit: Visit<'_>) -> Result<(), TreeError> {
        self.0
            .iter()
            .filter(|(path, _)| choose(path))
            .for_each(|(path, text)| visit(path, text.as_bytes()));
        Ok(())
    }
}

/// Infers and lists `name family accepts`.
fn predicates(headers: &'static str) -> Vec<String> {
    let constants = "#define MAX_SWAPFILES 30\n#define SWP_MIGRATION_READ (MAX_SWAPFILES + 1)\n#define SWP_MIGRATION_WRITE (MAX_SWAPFILES + 2)\n#define SWP_DEVICE_READ (MAX_SWAPFILES + 3)\n#define SWP_PTE_MARKER (MAX_SWAPFILES + 4)\n#define SWP_LOST_NUM 4\n";
    let base = "#define pte_none(p) (!pte_val(p))\nstatic inline int pte_present(pte_t p) { return p.pte & 1; }\n\
                static inline unsigned swp_type(swp_entry_t e) { return e.val >> SHIFT; }\n\
                static inline swp_entry_t pte_to_swp_entry(pte_t pte) { swp_entry_t a; a = __pte_to_swp_entry(pte); return swp_entry(__swp_type(a), __swp_offset(a)); }\n";
    let tree = Memory(vec![
        ("include/linux/swap.h", constants),
        ("include/a.h", base),
        ("include/b.h", headers),
    ]);
    let headers = Headers::gather(&tree).unwrap();
    let own = infer(&headers).predicates;
    own.iter()
        .filter(|p| p.file == "include/b.h")
        .map(|p| format!("{} {} {}", p.name, p.family.word(), p.accepts.join("+")))
        .collect()
}

#[test]
fn by_type_in_functions_macros_and_stubs() {
    assert_eq!(
        predicates(
            "#ifdef CONFIG_M\nstatic inline int is_moving(swp_entry_t e)\n{\n\treturn unlikely(swp_type(e) == SWP_MIGRATION_READ ||\n\t\tswp_type(e) == SWP_MIGRATION_WRITE);\n}\n#else\nstatic inline int is_moving(swp_entry_t e) { return 0; }\n#endif\n\
             #define is_also_moving(e) is_moving(e)\n\
             static inline bool is_special(swp_entry_t e) { return swp_type(e) >= MAX_SWAPFILES; }\n\
             static inline bool is_plain(const swp_entry_t e) { return !is_special(e); }\n"
        ),
        [
            "is_also_moving entry migration",
            "is_moving entry migration",
            "is_plain entry swap",
            "is_special entry migration+device_private+marker"
        ]
    );
}

#[test]
fn by_calls_on_other_levels() {
    assert_eq!(
        predicates(
            "static inline int holds_softleaf(pte_t pte) { return !pte_none(pte) && !pte_present(pte); }\n\
             static inline bool pte_marked(pte_t pte)\n{\n\tif (!holds_softleaf(pte))\n\t\treturn false;\n\treturn swp_type(pte_to_swp_entry(pte)) == SWP_PTE_MARKER;\n}\n\
             static inline bool mostly_none(pte_t pte) { return pte_none(pte) || pte_marked(pte); }\n\
             static inline bool pte_armed(pte_t pte) { return pte_marked(pte) && (pte_bits(pte) & ARMED); }\n"
        ),
        [
            "holds_softleaf entry swap+migration+device_private+marker",
            "mostly_none marker none+marker",
            "pte_armed marker marker",
            "pte_marked marker marker"
        ]
    );
}

#[test]
fn by_a_switch_over_an_enum() {
    assert_eq!(
        predicates(
            "static inline enum leaf_type leaf_type(softleaf_t e)\n{\n\tunsigned n;\n\tif (leaf_is_none(e))\n\t\treturn LEAF_NONE;\n\tn = e.val >> S;\n\tif (n < MAX_SWAPFILES)\n\t\treturn LEAF_SWAP;\n\tswitch (n) {\n#ifdef CONFIG_M\n\tcase SWP_MIGRATION_READ:\n\t\treturn LEAF_READ;\n\tcase SWP_MIGRATION_WRITE:\n\t\treturn LEAF_WRITE;\n#endif\n\tcase SWP_PTE_MARKER:\n\t\treturn LEAF_MARKER;\n\t}\n\treturn LEAF_NONE;\n}\n\
             static inline bool leaf_is_none(softleaf_t e) { return e.val == 0; }\n\
             static inline bool leaf_moves(softleaf_t e)\n{\n\tswitch (leaf_type(e)) {\n\tcase LEAF_READ:\n\tcase LEAF_WRITE:\n\t\treturn true;\n\tdefault:\n\t\treturn false;\n\t}\n}\n"
        ),
        ["leaf_is_none presence none", "leaf_moves entry migration"]
    );
}

#[test]
fn what_is_no_question_about_kinds() {
    let none: [&str; 0] = [];
    assert_eq!(
        predicates(
            "static inline int pte_dirty(pte_t pte) { return pte_flags(pte) & DIRTY; }\n\
             static inline bool huge_zero(pte_t pte) { return pte_present(pte) && pte_pfn(pte) == zero; }\n\
             static inline struct page *moving_page(swp_entry_t e) { if (swp_type(e) != SWP_MIGRATION_READ) return NULL; return p(e); }\n\
             static inline bool install(pte_t *p, pte_t v) { if (!pte_present(v)) return false; set(p, v); return true; }\n\
             static inline bool young(swp_entry_t e) { VM_WARN_ON(swp_type(e) != SWP_MIGRATION_READ); return swp_offset(e) & YOUNG; }\n"
        ),
        none
    );
}
