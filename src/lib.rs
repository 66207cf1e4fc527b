//! Kho Chung: an archive that takes works in, keeps them safe, finds them and hands them out.
