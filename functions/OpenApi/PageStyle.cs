namespace Byon.Functions.OpenApi;

internal static class PageStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --ground: light-dark(#eef1f6, #0b0e14); --surface: light-dark(#fff, #141922);
          --line: light-dark(#e0e5ee, #262e3c); --text: light-dark(#141a26, #e9edf5); --muted: light-dark(#576175, #95a0b5);
          --accent: light-dark(#3553e0, #8aa2ff); font: 15px/1.5 Inter, system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
        body { margin: 0 auto; max-width: 66rem; padding: 2rem 1.25rem 4rem; background: var(--ground); color: var(--text); }
        h1 { font-size: 1.7rem; margin: 0; } header p, small, em, dt { color: var(--muted); } small { font-size: .8rem; font-weight: 500; }
        h2 { margin: 2.5rem 0 .25rem; font-size: 1.2rem; } section > p { margin: 0 0 .75rem; } a { color: var(--accent); }
        nav { display: flex; flex-wrap: wrap; gap: .5rem; }
        nav a { padding: .3rem .7rem; border: 1px solid var(--line); border-radius: 99px; background: var(--surface); text-decoration: none; color: inherit; font-size: .85rem; }
        details { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; margin: .4rem 0; }
        summary { display: flex; gap: .8rem; align-items: baseline; padding: .55rem .8rem; cursor: pointer; } summary em { margin-left: auto; font-style: normal; font-size: .85rem; text-align: right; }
        summary span { flex: 0 0 4.2rem; text-align: center; border-radius: 6px; color: #fff; font: 600 .75rem/1.7 ui-monospace, "DejaVu Sans Mono", monospace; }
        .get { background: #0f76b8; } .post { background: #14985a; } .put { background: #b45f06; } .delete { background: #d9344a; }
        code { font: .85rem ui-monospace, "DejaVu Sans Mono", monospace; }
        dl { display: grid; grid-template-columns: 7rem 1fr; gap: .5rem 1rem; margin: 0; padding: .8rem 1rem 1rem; border-top: 1px solid var(--line); font-size: .9rem; }
        dd { margin: 0; overflow-wrap: anywhere; } ul { margin: .15rem 0; padding-left: 1.2rem; } sup { color: #d9344a; font-size: .65rem; margin-left: .3rem; }
        """;
}
