using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace Byon.Local.WebPubSub;

/// <summary>The servers' side: REST at <c>/api/hubs/{hub}</c>, of api-version 2024-12-01.</summary>
internal sealed class ServiceApi(Hubs hubs, WebPubSubDoubleOptions options, TimeProvider time)
{
    public void Map(WebApplication app)
    {
        app.MapMethods("/api/health", [HttpMethods.Head, HttpMethods.Get], () => Results.Ok());
        app.MapGet("/health", () => Results.Ok());
        var hub = app.MapGroup("/api/hubs/{hub}").AddEndpointFilter(async (call, next) => IsAllowed(call.HttpContext.Request) ? await next(call) : Results.Unauthorized());
        MapSending(hub);
        MapExistence(hub);
        MapMembership(hub);
        MapClosing(hub);
        MapPermissions(hub);
    }

    private void MapSending(RouteGroupBuilder api)
    {
        api.MapPost("/:send", (string hub, HttpRequest request, [FromQuery] string[]? excluded) => SendAsync(request, null, hubs.Get(hub).All(), excluded));
        api.MapPost("/groups/{group}/:send", (string hub, string group, HttpRequest request, [FromQuery] string[]? excluded) =>
            SendAsync(request, group, hubs.Get(hub).InGroup(group), excluded));
        api.MapPost("/users/{user}/:send", (string hub, string user, HttpRequest request) => SendAsync(request, null, hubs.Get(hub).OfUser(user), null));
        api.MapPost("/connections/{connection}/:send", (string hub, string connection, HttpRequest request) =>
            hubs.Get(hub).Find(connection) is { } client ? SendAsync(request, null, [client], null) : Task.FromResult(Results.NotFound()));
    }

    private void MapExistence(RouteGroupBuilder api)
    {
        api.MapMethods("/groups/{group}", [HttpMethods.Head], (string hub, string group) => Exists(hubs.Get(hub).InGroup(group).Length > 0));
        api.MapMethods("/users/{user}", [HttpMethods.Head], (string hub, string user) => Exists(hubs.Get(hub).OfUser(user).Length > 0));
        api.MapMethods("/connections/{connection}", [HttpMethods.Head], (string hub, string connection) => Exists(hubs.Get(hub).Find(connection) is not null));
    }

    private void MapMembership(RouteGroupBuilder api)
    {
        api.MapPut("/groups/{group}/connections/{connection}", (string hub, string group, string connection) =>
            With(hub, connection, client => hubs.Get(hub).Join(group, client), Results.Ok()));
        api.MapDelete("/groups/{group}/connections/{connection}", (string hub, string group, string connection) =>
            With(hub, connection, client => hubs.Get(hub).Leave(group, client), Results.NoContent()));
    }

    private void MapClosing(RouteGroupBuilder api)
    {
        api.MapDelete("/connections/{connection}", (string hub, string connection, string? reason) =>
        {
            Close(hubs.Get(hub), hubs.Get(hub).Find(connection) is { } client ? [client] : [], null, reason);
            return Results.NoContent();
        });
        api.MapPost("/:closeConnections", (string hub, string? reason, [FromQuery] string[]? excluded) =>
        {
            Close(hubs.Get(hub), hubs.Get(hub).All(), excluded, reason);
            return Results.NoContent();
        });
        api.MapPost("/groups/{group}/:closeConnections", (string hub, string group, string? reason, [FromQuery] string[]? excluded) =>
        {
            Close(hubs.Get(hub), hubs.Get(hub).InGroup(group), excluded, reason);
            return Results.NoContent();
        });
        api.MapPost("/users/{user}/:closeConnections", (string hub, string user, string? reason, [FromQuery] string[]? excluded) =>
        {
            Close(hubs.Get(hub), hubs.Get(hub).OfUser(user), excluded, reason);
            return Results.NoContent();
        });
    }

    private void MapPermissions(RouteGroupBuilder api)
    {
        const string Route = "/permissions/{permission}/connections/{connection}";
        api.MapPut(Route, (string hub, string permission, string connection, string? targetName) =>
            With(hub, connection, client => client.SetPermission(permission, targetName, granted: true), Results.Ok()));
        api.MapDelete(Route, (string hub, string permission, string connection, string? targetName) =>
            With(hub, connection, client => client.SetPermission(permission, targetName, granted: false), Results.NoContent()));
        api.MapMethods(Route, [HttpMethods.Head], (string hub, string permission, string connection, string? targetName) =>
            Exists(hubs.Get(hub).Find(connection)?.May(permission, targetName ?? "") == true));
    }

    /// <summary>The audience is the request's own address, with or without its query.</summary>
    private bool IsAllowed(HttpRequest request)
    {
        var address = $"{request.Scheme}://{request.Host}{request.PathBase}{RawPath(request)}";
        return ServiceToken.Check(Bearer.Of(request), options.AccessKey, time.GetUtcNow(), address, address + request.QueryString) is not null;
    }

    private static string RawPath(HttpRequest request)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return target.Split('?')[0];
    }

    private static async Task<IResult> SendAsync(HttpRequest request, string? group, ClientConnection[] clients, string[]? excluded)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        if (HubMessage.FromRequest(request.ContentType, body.ToArray(), group) is not { } message)
            return Results.BadRequest();
        foreach (var client in clients)
        {
            if (excluded?.Contains(client.Id) != true)
                client.Deliver(message);
        }

        return Results.Accepted();
    }

    private static void Close(Hub hub, ClientConnection[] clients, string[]? excluded, string? reason)
    {
        foreach (var client in clients.Where(client => excluded?.Contains(client.Id) != true))
        {
            client.Close(reason ?? "The connection was closed by the server.");
            hub.Remove(client);
        }
    }

    private IResult With(string hub, string connection, Action<ClientConnection> act, IResult done)
    {
        if (hubs.Get(hub).Find(connection) is not { } client)
            return Results.NotFound();
        act(client);
        return done;
    }

    private static IResult Exists(bool exists) => exists ? Results.Ok() : Results.NotFound();
}
