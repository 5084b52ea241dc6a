//! The blocks of stored programs.

/// What is open.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// `BEGIN … END`.
    Begin,
    /// `IF … THEN … END IF`.
    If,
    /// `CASE … END CASE`, with statements in it.
    Case,
    /// `CASE … END`, an expression.
    CaseExpression,
    /// `LOOP … END LOOP`.
    Loop,
    /// `REPEAT … UNTIL … END REPEAT`.
    Repeat,
    /// `WHILE … DO … END WHILE`.
    While,
    /// `FOR … DO … END FOR`.
    For,
    /// `CREATE PACKAGE … END`.
    Package,
    /// What stands between a routine's `AS` and its `BEGIN`.
    Declarations,
}

impl Block {
    /// The word that opens it.
    pub(super) fn opener(self) -> &'static str {
        match self {
            Block::Begin | Block::Declarations => "BEGIN",
            Block::If => "IF",
            Block::Case | Block::CaseExpression => "CASE",
            Block::Loop => "LOOP",
            Block::Repeat => "REPEAT",
            Block::While => "WHILE",
            Block::For => "FOR",
            Block::Package => "PACKAGE",
        }
    }

    /// Whether `THEN` and `ELSE` begin statements in it.
    pub(super) fn branches(self) -> bool {
        matches!(self, Block::If | Block::Case | Block::Begin)
    }
}

/// The words that begin the blocks of a body.
pub(super) const BLOCKS: &str = "BEGIN IF CASE LOOP REPEAT WHILE FOR";

/// The blocks that MariaDB has outside stored programs, besides `BEGIN NOT ATOMIC`.
pub(super) const ANONYMOUS_BLOCKS: &str = "IF CASE LOOP REPEAT WHILE FOR";

/// How the head of a routine ends.
pub(super) enum Body {
    /// With a statement, or nothing: it has no `;` of its own.
    Simple,
    /// Where a block begins.
    Block,
    /// With `AS` or `IS`, behind which declarations follow.
    Declarations,
}
