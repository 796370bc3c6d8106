using System.Text.Json.Nodes;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Businesses;

/// <summary>phoneNumber in the body of a registration (CAMARA r3.1): a two-legged token needs it, a three-legged one forbids it.</summary>
public sealed class NamedNumberTests(ApiRig rig) : ApiTest(rig)
{
    private readonly string _device = Guid.NewGuid().ToString("D");

    [Fact]
    public async Task ABusinessRegistersANumberOfItsOwnOnSeveralDevicesAndCallsAnybody()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var registered = await businesses.RegisterAsync(businesses.Bank, _device, businesses.BankNumber);
        registered.ShouldBe(201);
        Assert.Equal(businesses.BankNumber, (string)registered.Json["regInfo"]!["phoneNumber"]!);
        (await businesses.RegisterAsync(businesses.Bank, Guid.NewGuid().ToString("D"), businesses.BankNumber)).ShouldBe(201);
        (await businesses.RegisterAsync(businesses.Bank, _device, businesses.BankNumber)).ShouldBe(409, "ALREADY_EXISTS");
        var id = (string)registered.Json["registrationId"]!;
        (await businesses.CallAsync(businesses.Bank, id, businesses.BankNumber, "+34999000001")).ShouldBe(201);
        (await businesses.SendAsync(businesses.Bank, HttpMethod.Delete, $"{RegistrationSessions}/{id}")).ShouldBe(204);
        (await businesses.SendAsync(businesses.Bank, HttpMethod.Get, $"{RegistrationSessions}/{id}")).ShouldBe(404);
    }

    [Fact]
    public async Task WithoutANumberATwoLeggedTokenRegistersNothing()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        (await businesses.RegisterAsync(businesses.Bank, _device)).ShouldBe(422, "MISSING_IDENTIFIER");
        (await businesses.RegisterAsync("unknown", _device)).ShouldBe(422, "MISSING_IDENTIFIER");
    }

    [Fact]
    public async Task ANumberOfSomebodyElseIsRefused()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var other = ApiRig.NewNumber();
        (await businesses.RegisterAsync(businesses.Bank, _device, other)).ShouldBe(403, "PERMISSION_DENIED", "not authorized to register");
        (await businesses.RegisterAsync(businesses.Bank, _device, businesses.ShopNumbers[0])).ShouldBe(403, "PERMISSION_DENIED");
        (await businesses.RegisterAsync(businesses.Shop, _device, other)).ShouldBe(403, "PERMISSION_DENIED");
        (await businesses.RegisterAsync("unknown", _device, businesses.BankNumber)).ShouldBe(403, "PERMISSION_DENIED");
    }

    [Fact]
    public async Task ANumberThatIsNoneIsInvalid()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        (await businesses.RegisterAsync(businesses.Bank, _device, "600 000 000")).ShouldBe(400, "INVALID_ARGUMENT", "phoneNumber");
    }

    [Fact]
    public async Task ASubscriberMustNotNameANumber()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var body = new JsonObject { ["deviceId"] = _device, ["phoneNumber"] = businesses.BankNumber };
        var answer = await businesses.SendAsync(businesses.Bank, HttpMethod.Post, RegistrationSessions, body, number: ApiRig.NewNumber());
        answer.ShouldBe(422, "UNNECESSARY_IDENTIFIER");
    }

    [Fact]
    public async Task ABusinessThatDrawsMayNameANumberOfItsPoolWhichIsThenTaken()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 2);
        var wished = businesses.ShopNumbers[1];
        (await businesses.RegisterAsync(businesses.Shop, _device, wished)).ShouldBe(201);
        (await businesses.RegisterAsync(businesses.Shop, Guid.NewGuid().ToString("D"), wished)).ShouldBe(503, "UNAVAILABLE");
        var drawn = await businesses.RegisterAsync(businesses.Shop, Guid.NewGuid().ToString("D"));
        Assert.Equal(businesses.ShopNumbers[0], (string)drawn.Json["regInfo"]!["phoneNumber"]!);
    }

    [Fact]
    public async Task ExpiredLinesOfNamedNumbersDoNotPileUp()
    {
        await using var businesses = await BusinessRig.StartAsync(Rig, poolSize: 1);
        var store = new LineStore(Rig.Tables);
        var past = DateTimeOffset.UtcNow.AddHours(-2);
        for (var i = 0; i < 3; i++)
            await store.AddNamedAsync(new LineRecord(businesses.Bank, businesses.BankNumber, _device, Guid.NewGuid().ToString(), false, past, past.AddHours(1)), default);
        (await businesses.RegisterAsync(businesses.Bank, _device, businesses.BankNumber)).ShouldBe(201);
        Assert.Single((await store.ListAsync(businesses.Bank, default)).Lines);
    }
}
