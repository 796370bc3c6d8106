using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Functions.Tests.Rig;

/// <summary>A media node as functions see it: the control contract over HTTP, rows in the tables, a heartbeat; no SIP, no media.</summary>
internal sealed class StubNode : IAsyncDisposable
{
    public const string AnswerSdp = "v=0\r\ns=answer\r\n";

    private readonly WebApplication _app;
    private readonly RegistrationStore _registrations;
    private readonly CallStore _calls;
    private readonly NodeStore _nodes;
    private readonly byte[] _poolKey;
    private readonly ConcurrentDictionary<string, PressKeysCommand> _pressed = new();

    private StubNode(string nodeId, WebApplication app, ApiRig rig)
    {
        NodeId = nodeId;
        _app = app;
        _registrations = new RegistrationStore(rig.Tables);
        _calls = new CallStore(rig.Tables);
        _nodes = new NodeStore(rig.Tables);
        _poolKey = rig.PoolKey;
    }

    public string NodeId { get; }

    public string ControlUrl { get; private init; } = "";

    /// <summary>Every command that came with a good token, oldest first.</summary>
    public ConcurrentQueue<object> Commands { get; } = new();

    /// <summary>What the next commands are refused with.</summary>
    public ControlProblem? Refusal { get; set; }

    public static async Task<StubNode> StartAsync(ApiRig rig, string nodeId)
    {
        var port = FreePorts.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var node = new StubNode(nodeId, app, rig) { ControlUrl = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/") };
        node.Map();
        await app.StartAsync();
        await node.HeartbeatAsync();
        return node;
    }

    /// <param name="at">Without one the heartbeat is of the near future: fresh for as long as a test may take.</param>
    public Task HeartbeatAsync(NodeState state = NodeState.Ready, double load = 0, DateTimeOffset? at = null, string? controlUrl = null) =>
        _nodes.HeartbeatAsync(new NodeRecord(NodeId, controlUrl ?? ControlUrl, state, load, 100, DateTimeOffset.UtcNow, at ?? DateTimeOffset.UtcNow.AddMinutes(10)), default);

    /// <summary>As after the node's death and clean-up.</summary>
    public Task ForgetAsync() => _nodes.DeleteAsync(NodeId, default);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private void Map()
    {
        Serve("POST", NodeControlRoutes.Registrations, (context, cancel) => RegisterAsync(context, cancel));
        Serve("PUT", NodeControlRoutes.Registrations + "/{id}", RefreshAsync);
        Serve("DELETE", NodeControlRoutes.Registrations + "/{id}", UnregisterAsync);
        Serve("POST", NodeControlRoutes.Calls, StartCallAsync);
        Serve("PUT", NodeControlRoutes.Calls + "/{id}/status", ChangeStatusAsync);
        Serve("DELETE", NodeControlRoutes.Calls + "/{id}", EndCallAsync);
        Serve("POST", NodeControlRoutes.Calls + "/{id}/transfer", TransferAsync);
        Serve("DELETE", NodeControlRoutes.Calls + "/{id}/transfer", CancelTransferAsync);
        Serve("POST", NodeControlRoutes.Calls + "/{id}/keys", PressKeysAsync);
        Serve("POST", NodeControlRoutes.PhoneCalls + "/{id}/retrieve", RetrieveAsync);
    }

    private void Serve(string method, string pattern, Func<HttpContext, CancellationToken, Task<IResult>> command) =>
        _app.MapMethods(pattern, [method], async context =>
        {
            var token = context.Request.Headers.Authorization.ToString()["Bearer ".Length..];
            var isOurs = ControlToken.IsValid(_poolKey, NodeId, token, DateTimeOffset.UtcNow);
            var result = !isOurs ? Results.Unauthorized()
                : Refusal is { } refusal ? Json(refusal, ControlJson.Default.ControlProblem, 409)
                : await command(context, context.RequestAborted);
            await result.ExecuteAsync(context);
        });

    private async Task<IResult> RegisterAsync(HttpContext context, CancellationToken cancel)
    {
        var command = await ReadAsync(context, ControlJson.Default.RegisterCommand);
        var record = new RegistrationRecord(
            command.RegistrationId, command.PhoneNumber, command.DeviceId, command.ClientId, command.Subject, NodeId,
            RegistrationState.Registered, DateTimeOffset.UtcNow, command.ExpiresAt);
        return await _registrations.ReserveAsync(record, command.Limits, DateTimeOffset.UtcNow, cancel) switch
        {
            Reservation.Made => Json(record, ControlJson.Default.RegistrationRecord, 201),
            Reservation.NumberFull => Refuse(ControlFault.NumberFull),
            Reservation.UserFull => Refuse(ControlFault.UserFull),
            Reservation.TooManyDevices => Refuse(ControlFault.TooManyDevices),
            _ => Refuse(ControlFault.AlreadyExists),
        };
    }

    private async Task<IResult> RefreshAsync(HttpContext context, CancellationToken cancel)
    {
        var command = await ReadAsync(context, ControlJson.Default.RefreshCommand);
        if (await FindRegistrationAsync(context, cancel) is not { } found)
            return Refuse(ControlFault.NotFound);
        var refreshed = found with { ExpiresAt = command.ExpiresAt };
        await _registrations.UpdateAsync(refreshed, cancel);
        return Json(refreshed, ControlJson.Default.RegistrationRecord, 200);
    }

    private async Task<IResult> UnregisterAsync(HttpContext context, CancellationToken cancel)
    {
        if (await FindRegistrationAsync(context, cancel) is not { } found)
            return Refuse(ControlFault.NotFound);
        Commands.Enqueue("unregister " + found.RegistrationId);
        await _registrations.DeleteAsync(found, cancel);
        return Results.NoContent();
    }

    private async Task<IResult> StartCallAsync(HttpContext context, CancellationToken cancel)
    {
        var command = await ReadAsync(context, ControlJson.Default.StartCallCommand);
        var registration = (await _registrations.GetAsync(command.PhoneNumber, command.RegistrationId, cancel))!;
        var call = new CallRecord(
            command.CallId, command.PhoneNumber, command.RegistrationId, registration.DeviceId, registration.ClientId, registration.Subject,
            NodeId, CallDirection.Outgoing, CallStatus.Initial, command.OriginatorAddress, command.OriginatorName, command.ReceiverAddress,
            command.ReceiverName, command.OfferSdp, AnswerSdp, null, null, 0, DateTimeOffset.UtcNow, null)
        {
            ClientCorrelator = command.ClientCorrelator,
            Emergency = command.Emergency,
            Location = command.Location,
        };
        await _calls.PutAsync(call, cancel);
        return Json(call, ControlJson.Default.CallRecord, 201);
    }

    private async Task<IResult> ChangeStatusAsync(HttpContext context, CancellationToken cancel)
    {
        var command = await ReadAsync(context, ControlJson.Default.ChangeStatusCommand);
        if (await FindCallAsync(context, cancel) is not { } call)
            return Refuse(ControlFault.NotFound);
        var changed = call with { Status = command.Status, OfferSdp = command.OfferSdp ?? call.OfferSdp, AnswerSdp = command.AnswerSdp ?? call.AnswerSdp };
        await _calls.PutAsync(changed, cancel);
        return Json(changed, ControlJson.Default.CallRecord, 200);
    }

    private async Task<IResult> EndCallAsync(HttpContext context, CancellationToken cancel)
    {
        if (await FindCallAsync(context, cancel) is not { } call)
            return Refuse(ControlFault.NotFound);
        Commands.Enqueue("end " + call.CallId);
        await _calls.PutAsync(call with { Status = CallStatus.Terminated, EndedAt = DateTimeOffset.UtcNow }, cancel);
        return Results.NoContent();
    }

    private async Task<IResult> TransferAsync(HttpContext context, CancellationToken cancel)
    {
        if (await FindCallAsync(context, cancel) is not { } call)
            return Refuse(ControlFault.NotFound);
        Commands.Enqueue("transfer " + call.CallId);
        return Json(call, ControlJson.Default.CallRecord, 200);
    }

    private async Task<IResult> CancelTransferAsync(HttpContext context, CancellationToken cancel)
    {
        if (await FindCallAsync(context, cancel) is not { } call)
            return Refuse(ControlFault.NotFound);
        Commands.Enqueue("cancel transfer " + call.CallId);
        return Results.NoContent();
    }

    private async Task<IResult> PressKeysAsync(HttpContext context, CancellationToken cancel)
    {
        var command = await ReadAsync(context, ControlJson.Default.PressKeysCommand);
        if (await FindCallAsync(context, cancel) is not { } call)
            return Refuse(ControlFault.NotFound);
        var mark = $"{call.CallId} {command.ClientCorrelator}";
        return command.ClientCorrelator is null || _pressed.GetOrAdd(mark, command) == command
            ? Results.NoContent()
            : Refuse(ControlFault.CorrelatorInUse);
    }

    private async Task<IResult> RetrieveAsync(HttpContext context, CancellationToken cancel)
    {
        var command = await ReadAsync(context, ControlJson.Default.RetrieveCallCommand);
        if (await FindCallAsync(context, cancel) is not { } onPhone)
            return Refuse(ControlFault.NotFound);
        var call = onPhone with { CallId = command.CallId, IsOnPhone = false, Status = CallStatus.Initial, OfferSdp = command.OfferSdp, AnswerSdp = AnswerSdp };
        await _calls.PutAsync(call, cancel);
        return Json(call, ControlJson.Default.CallRecord, 201);
    }

    private async Task<RegistrationRecord?> FindRegistrationAsync(HttpContext context, CancellationToken cancel) =>
        (await _registrations.ListByNodeAsync(NodeId, cancel)).FirstOrDefault(row => row.RegistrationId == (string?)context.Request.RouteValues["id"]);

    private async Task<CallRecord?> FindCallAsync(HttpContext context, CancellationToken cancel) =>
        (await _calls.ListLiveByNodeAsync(NodeId, cancel)).FirstOrDefault(row => row.CallId == (string?)context.Request.RouteValues["id"]);

    private async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class
    {
        var command = (await JsonSerializer.DeserializeAsync(context.Request.Body, type))!;
        Commands.Enqueue(command);
        return command;
    }

    private static IResult Refuse(ControlFault fault) => Json(new ControlProblem(fault, fault.ToString()), ControlJson.Default.ControlProblem, 409);

    private static IResult Json<T>(T value, JsonTypeInfo<T> type, int status) => Results.Json(value, type, statusCode: status);
}
