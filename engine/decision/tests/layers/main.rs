//! Tables of several layers: what an overlay may do, what it may not, and what the merged table decides.

mod bad;
mod blamed;
mod dates;
mod good;
mod kit;
mod limits;
mod locks;
mod on_each_day;
mod pages;
mod placed;
mod tested;
mod titles;
