using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Byon.Local.Identity;

/// <summary>The sign-in page: one link per subscriber, which repeats the request with the choice.</summary>
internal static class LoginPage
{
    public static IResult Show(HttpContext context, IReadOnlyList<DevSubscriber> subscribers)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";

        var choices = new StringBuilder();
        foreach (var subscriber in subscribers)
        {
            var query = context.Request.QueryString.Add("subscriber", subscriber.PhoneNumber);
            choices.Append(Choice(subscriber, query.Value!));
        }

        var nobody = subscribers.Count == 0 ? "<p class=\"empty\">No subscriber is provisioned.</p>" : "";
        var page = Template.Replace("{nonce}", nonce, StringComparison.Ordinal).Replace("{choices}", choices + nobody, StringComparison.Ordinal);
        return Results.Text(page, "text/html; charset=utf-8");
    }

    private static string Choice(DevSubscriber subscriber, string query)
    {
        var name = WebUtility.HtmlEncode(subscriber.Name);
        var initial = WebUtility.HtmlEncode(subscriber.Name.Length > 0 ? subscriber.Name[..1].ToUpperInvariant() : "?");
        var number = WebUtility.HtmlEncode(subscriber.PhoneNumber);
        return $"""
            <li><a href="/authorize{WebUtility.HtmlEncode(query)}" data-testid="subscriber-{number}">
              <span class="face" aria-hidden="true">{initial}</span>
              <span class="who"><b>{name}</b><span>{number}</span></span>
              <svg viewBox="0 0 24 24" aria-hidden="true"><path d="m9 5 7 7-7 7"/></svg>
            </a></li>
            """;
    }

    private const string Template = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Sign in</title>
        <style nonce="{nonce}">
          :root { color-scheme: light dark; --ground: light-dark(#eef1f6, #0b0e14); --surface: light-dark(#fff, #141922);
            --line: light-dark(#e0e5ee, #262e3c); --text: light-dark(#141a26, #e9edf5); --muted: light-dark(#576175, #95a0b5);
            --accent: light-dark(#3553e0, #8aa2ff); --soft: light-dark(#e8ecff, #20294a);
            font: 16px/1.45 Inter, system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
          * { box-sizing: border-box; }
          body { margin: 0; min-height: 100vh; padding: 1.5rem; display: grid; place-items: center; color: var(--text);
            background: radial-gradient(60rem 26rem at 50% -10rem, var(--soft), transparent) var(--ground) no-repeat; }
          main { width: 100%; max-width: 25rem; background: var(--surface); border: 1px solid var(--line); border-radius: 20px;
            padding: 2rem 1.5rem 1.5rem; box-shadow: 0 1px 2px #1a25401a, 0 16px 40px light-dark(#1a25401f, #0006); }
          .mark { display: block; width: 3rem; height: 3rem; margin: 0 auto 1rem; }
          h1 { margin: 0; text-align: center; font-size: 1.35rem; letter-spacing: -0.01em; }
          p { margin: 0.35rem 0 1.4rem; text-align: center; color: var(--muted); font-size: 0.92rem; }
          ul { margin: 0; padding: 0; list-style: none; display: grid; gap: 0.6rem; }
          a { display: flex; align-items: center; gap: 0.9rem; padding: 0.8rem 0.9rem; color: inherit; text-decoration: none;
            border: 1px solid var(--line); border-radius: 14px; transition: border-color 0.15s, background 0.15s; }
          a:hover { border-color: var(--accent); background: var(--soft); }
          a:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 60%, transparent); outline-offset: 2px; }
          .face { flex: none; width: 2.5rem; height: 2.5rem; border-radius: 50%; display: grid; place-items: center; font-weight: 650;
            color: #fff; background: linear-gradient(135deg, #4f6df0, #17998b); }
          .who { flex: 1; display: grid; }
          .who span { color: var(--muted); font-size: 0.88rem; font-variant-numeric: tabular-nums; }
          a svg { width: 1.1rem; fill: none; stroke: var(--muted); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
          footer { margin-top: 1.4rem; padding-top: 1rem; border-top: 1px solid var(--line); text-align: center; font-size: 0.8rem; color: var(--muted); }
        </style>
        </head>
        <body>
        <main>
          <svg class="mark" viewBox="0 0 64 64" aria-hidden="true">
            <defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#5b7cfa"/><stop offset="1" stop-color="#1fb6a6"/></linearGradient></defs>
            <rect width="64" height="64" rx="16" fill="url(#g)"/>
            <path fill="#fff" d="M22.6 14.5c1.3-.4 2.7.2 3.3 1.5l2.5 5.7c.5 1.2.2 2.6-.8 3.4l-3 2.4a26 26 0 0 0 11.9 11.9l2.4-3c.8-1 2.2-1.3 3.4-.8l5.7 2.5c1.3.6 1.9 2 1.5 3.3l-1.3 4.5c-.4 1.3-1.5 2.1-2.8 2.1C28.4 48 16 35.6 16 18.6c0-1.3.8-2.4 2.1-2.8z"/>
          </svg>
          <h1>Whose phone is this?</h1>
          <p>Pick the subscriber to sign in as.</p>
          <ul>{choices}</ul>
          <footer>Local identity provider, without passwords</footer>
        </main>
        </body>
        </html>
        """;
}
