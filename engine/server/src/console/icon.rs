//! The few icons of the console, drawn as strokes in the colour of the text around them.

use maud::{Markup, html};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Mark,
    Home,
    Inbox,
    Phone,
    Pen,
    Folder,
    Send,
    Alert,
    Person,
    Clock,
    Check,
    Flow,
    Calendar,
    Closed,
    Box,
    Pulse,
}

impl Icon {
    fn strokes(self) -> &'static str {
        match self {
            Icon::Mark => "M4 12a8 8 0 1 1 3 6.2L4 20l.9-3.6A8 8 0 0 1 4 12M8.5 12.2l2.4 2.4 4.6-5",
            Icon::Home => "M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-5h4v5",
            Icon::Inbox => "M4 13l2.5-8h11L20 13v6H4zM4 13h5a3 3 0 0 0 6 0h5",
            Icon::Phone => {
                "M6 4h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2 2A16 16 0 0 1 4 6a2 2 0 0 1 2-2"
            }
            Icon::Pen => "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
            Icon::Folder => "M3 7a1 1 0 0 1 1-1h5l2 2h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1z",
            Icon::Send => "M4 12l16-8-5 16-3.5-6.5zM11.5 13.5L20 4",
            Icon::Alert => "M12 4l9 16H3zM12 10v4M12 17v.4",
            Icon::Person => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20a7.5 7.5 0 0 1 15 0",
            Icon::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7.5V12l3 2",
            Icon::Check => "M5 12.5l4.5 4.5L19 7",
            Icon::Calendar => "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5M8 14h2M14 14h2M8 17h2",
            Icon::Closed => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2",
            Icon::Box => "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
            Icon::Pulse => "M3 12h4l2.5-6 4 13 3-7H21",
            Icon::Flow => "M9 3h6v5H9zM4 16h6v5H4zM14 16h6v5h-6zM12 8v4M7 16v-4h10v4",
        }
    }
}

/// Decoration only: the words beside it say what it means.
pub fn draw(icon: Icon) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"
            fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" {
            path d=(icon.strokes()) {}
        }
    }
}
