namespace Byon.Tests.Functions.Tests.Rig;

/// <summary>A test against the running API: nodes are ready and obliging when it starts.</summary>
[Collection(ApiCollection.Name)]
public abstract class ApiTest(ApiRig rig) : IAsyncLifetime
{
    private protected const string RegistrationSessions = "/webrtc-registration/v0.4/sessions";
    private protected const string CallSessions = "/webrtc-call-handling/v0.4/sessions";
    private protected const string KeySessions = "/call-keys/v1/sessions";
    private protected const string TransferSessions = "/call-transfer/v1/sessions";

    protected ApiRig Rig { get; } = rig;

    public Task InitializeAsync() => Rig.ResetNodesAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    private protected TestCaller NewCaller() => new(Rig, ApiRig.NewNumber());
}
