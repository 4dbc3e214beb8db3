//! What encloses a word, in C as the kernel writes it.

use super::*;

/// Lists `line function kind` of every mention of `is_x`.
fn mentions(text: &str) -> Vec<String> {
    let out = outline(text.as_bytes(), &|word| (word == b"is_x").then_some(0));
    out.mentions
        .iter()
        .map(|m| {
            let place = match &m.enclosing {
                Enclosing::Function(i) => out.functions[*i].name.clone(),
                Enclosing::Macro(i) => format!("#{}", out.macros[*i].name),
                Enclosing::Brackets(name) => format!("[{name}]"),
                Enclosing::File => String::from("-"),
            };
            format!("{} {place} {:?} {}", m.line, m.kind, m.arms.join(","))
        })
        .collect()
}

#[test]
fn plain_calls_definitions_and_declarations() {
    assert_eq!(
        mentions(
            "int is_x(int e);\nstatic inline int is_x(int e)\n{\n\treturn e;\n}\nint f(void)\n{\n\treturn is_x(1) + p->is_x(2) + s.is_x(3);\n}\n"
        ),
        ["1 - Declaration ", "2 - Definition ", "8 f Call "]
    );
}

#[test]
fn comments_and_strings_are_nothing() {
    assert!(mentions("/* is_x(1) */ // is_x(2)\nchar *s = \"is_x(3)\";\n").is_empty());
}

#[test]
fn macros_and_conditionals() {
    assert_eq!(
        mentions(
            "#ifndef is_x\n#define is_x(e) \\\n\t(e)\n#endif\n#define both(a) (is_x(a) && \\\n\tis_x(a))\n#define is_x is_x\n#undef is_x\n"
        ),
        [
            "2 - Definition ",
            "5 #both InMacro ",
            "6 #both InMacro ",
            "7 - Definition ",
            "7 #is_x Bare "
        ]
    );
}

#[test]
fn attributes_before_between_and_behind() {
    let text = "__printf(1, 2) static int a(int x) __must_hold(&l)\n{ is_x(1); }\n\
                static __init noinline struct s *b(int x) __releases(l) __cold\n{ is_x(1); }\n\
                EXPORT_IT(a)\nvoid c(void (*fn)(int))\n{ is_x(1); }\n\
                SYSCALL_DEFINE2(d, int, x, int, y)\n{ is_x(1); }\n\
                static struct ops o = { .f = g(is_x(1)), };\nint e(void) { return is_x(1); }\n\
                static int (*pick(int k))(void)\n{ is_x(1); }\n";
    let places: Vec<_> = mentions(text)
        .iter()
        .map(|m| m.split(' ').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(
        places,
        ["a", "b", "c", "SYSCALL_DEFINE2(d)", "-", "e", "pick"]
    );
}

#[test]
fn arms_that_cut_blocks() {
    let text = "int f(int a)\n{\n#ifdef CONFIG_A\n\tif (a) {\n#else\n\tif (!a) {\n#endif\n\t\tis_x(a);\n\t}\n#ifdef CONFIG_B\n\telse\n#endif\n\tis_x(2);\n}\n\
                #if defined(CONFIG_C)\nint g(int a)\n#else\nint g(void)\n#endif\n{\n\tis_x(3);\n}\nint h(void) {\n#if A\n\tis_x(4);\n#elif B\n\tis_x(5);\n#endif\n}\n";
    assert_eq!(
        mentions(text),
        [
            "8 f Call ",
            "13 f Call ",
            "21 g Call ",
            "25 h Call A",
            "27 h Call !A,B"
        ]
    );
}

#[test]
fn a_brace_in_column_one_ends_what_a_macro_left_open() {
    let text = "int f(void)\n{\n\tBEGIN({)\n\tis_x(1);\n}\nint g(void)\n{\n\tis_x(2);\n}\n";
    assert_eq!(mentions(text), ["4 f Call ", "8 g Call "]);
}

#[test]
fn brackets_at_file_level_have_an_owner() {
    assert_eq!(
        mentions(
            "TRACE_EVENT(walked,\n\tTP_fast_assign(__entry->a = is_x(1);)\n);\nint f(void)\n{ is_x(2); }\n"
        ),
        ["2 [TRACE_EVENT(walked)] Call ", "5 f Call "]
    );
}

#[test]
fn include_guard_is_no_arm() {
    assert_eq!(
        mentions("#ifndef _H\n#define _H\n#ifdef CONFIG_A\nint is_x(int e);\n#endif\n#endif\n"),
        ["4 - Declaration CONFIG_A"]
    );
}

#[test]
fn bytes_of_any_kind_do_no_harm() {
    for text in [
        "{{{{",
        "}}}}",
        "((((",
        "))))",
        "#",
        "#define",
        "#else\n#endif",
        "f(",
        "f(){",
        "\"",
        "/*",
        "int f(int a)\n#if",
    ] {
        drop(mentions(text));
    }
}
