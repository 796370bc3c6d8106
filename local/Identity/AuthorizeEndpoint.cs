namespace Byon.Local.Identity;

/// <summary>GET /authorize: shows who can sign in; with the parameter subscriber (a number) it answers with a code at once.</summary>
internal sealed class AuthorizeEndpoint(DevIdentityOptions options, GrantStore grants, TimeProvider clock)
{
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

    public IResult Answer(HttpContext context)
    {
        if (AuthorizationRequest.TryRead(context.Request.Query) is not { } request)
            return Results.Text("client_id or redirect_uri is missing or not allowed here.", statusCode: StatusCodes.Status400BadRequest);

        if (request.Fault is { } fault)
            return Results.Redirect(request.RedirectWith("error", fault.Code, fault.Description));

        if (context.Request.Query["subscriber"] is not [{ Length: > 0 } chosen])
            return LoginPage.Show(context, options.Subscribers);

        if (options.Subscribers.FirstOrDefault(one => one.PhoneNumber == chosen) is not { } subscriber)
            return Results.Redirect(request.RedirectWith("error", "access_denied", "There is no such subscriber."));

        var grant = new Grant(
            request.ClientId, subscriber, request.GrantedScope, request.RedirectUri, request.CodeChallenge, request.Nonce, clock.GetUtcNow() + CodeLifetime);
        return Results.Redirect(request.RedirectWith("code", grants.Add(grant)));
    }
}
