"""The words of schools: what staff type on a phone, and what policies write for it.

A line of GROUPS names a group and lists what means the same, more or less:
`name: word, two words, …`. A word may stand in several groups. Which groups are close without
being the same stands in `related.py`.
"""

GROUPS = """
kcsie: kcsie, keeping children safe in education, keeping children safe
last: last, last step, final, finally, in the end, end up, last resort, ultimately
lost: lost, loss, theft, stolen, steal, nicked, pinched, missing, swiped, went missing, left on the
storage: store, storage, stored, kept, lock away, locked, cupboard, locker, put away, held, keep
confiscated: confiscate, confiscated, confiscation, take off them, taken off, hand over, hand it over, hand
    in, take away, taken away
relationship: relationship, personal relationship, pally, matey, too friendly, over familiar, close to a
    pupil, mates with, too close
panel: panel, committee, hearing
appeal: appeal, appealing, take it further, review panel
anonymous: anonymous, anonymously, unnamed, no name
timelimit: time limit, timescale, time scale, deadline, within, how long, working days, cut off, by when
breaktime: break, lunch, breaktime, playtime, lunchtime, staff room, staffroom, dinner time
emergency: emergency, emergencies, urgent
playground: playground, school grounds, on site, premises, gate, yard, field
head: head, headteacher, head teacher, headmaster, headmistress, principal, ht
leaders: leadership, leadership team, slt, smt, senior leader, senior leadership, senior leadership team,
    senior management, management team, deputy, deputy head, assistant head, senior staff, leader
governor: governor, governing body, governing board, board of governors, trustee, gb, gov, chair of
    governors, chair
chair: chair of governors, chair, chairman, chairperson, chair of the board
parent: parent, mum, mummy, mom, mam, mother, dad, daddy, father, carer, guardian, nan, nana, gran, grandma,
    grandad, grandparent, auntie, aunty, aunt, uncle, relative, family member, family, stepdad, stepmum, pta
staff: staff, member of staff, teacher, school personnel, personnel, colleague, employee, ta, tas, teaching
    assistant, staff member, worker, dinner lady, caretaker, lsa, cover supervisor, employ, workforce, sir,
    miss, teaching staff, nqt, ect, adult in school, support staff
me: me, i, my, myself, im, ive, us, our, we, themselves, them
teacher: teacher, class teacher, form tutor, tutor
volunteer: volunteer, helper, parent helper, reading volunteer, volunteering
pupil: year 1, year 2, year 3, year 4, year 5, year 6, pupil, child, children, kid, kiddy, student, boy,
    girl, yr, year group, learner, youngster, young people, young person, lad, infant, junior, teen,
    teenager, son, daughter, little one, class, under 18, minor
community: community, member of the community, wider community, anyone associated, associated, anyone
    connected, neighbour, local people
office: office, school office, reception, receptionist, front desk, admin
ictman: ict manager, it manager, network manager, it technician, technician, ict lead, it lead, it guy, it
    bloke, it person, it support, computer guy, computing lead, ict, ict coordinator, it department, ict
    team
dsl: dsl, designated safeguarding lead, safeguarding lead, safeguarding officer, designated person, child
    protection officer, dsp, ddsl, safeguarding team
esafety: e safety, esafety, online safety, internet safety, digital safety, safe online, cyber safety, stay
    safe online, safe on the internet, safely online, web safety, safe use, safe at home, use safely
safeguarding: keeping children safe, safeguarding, safeguard, child protection, protect, protection, keep
    safe, safety, safe, kcsie
police: police, cop, copper, bobby, old bill, 999, 101, fuzz, feds, law enforcement, crime, criminal,
    criminal offence, illegal, unlawful, arrest, offence
legal: legal, law, lawyer, solicitor, sue, suing, court, legal advice, legal action, barrister, prosecute,
    prosecution, take to court, injunction, litigation, see you in court
legislation: keeping children safe in education, legislation, law, act, regulation, statutory, statute,
    legal requirement, acts of parliament
prosecute: been done, got done, get done, done for it, prosecute, prosecuted, prosecution, convict, jail,
    prison, court, done for, fined, in trouble with the law, arrest, charged, sentenced
la: local authority, la, council, county council, lea, county, county hall
dfe: dfe, department for education, government, govt, gov, national guidance, department of education,
    statutory guidance, gov.uk
guidance: guidance, guideline, advice, guide, code of practice, code, documentation, document, leaflet,
    official
isp: internet provider, internet service provider, isp, provider, broadband, internet company, bt, service
    provider
host: host, provider, website host, hosting company, site owner, site provider, web host, platform,
    moderator, admin of the site, site admin, facebook itself, company that host
website: website, site, web site, web page, page, webpage, url, link, forum, blog
schoolsite: school website, school web site, school site, our website, website of the school, own website,
    school page
socialmedia: social media, social network, social networking, social networking site, facebook, fb, face
    book, insta, instagram, ig, twitter, tweet, tweeting, tiktok, tik tok, snap, snapchat, whatsapp, whats
    app, youtube, you tube, myspace, flickr, socials, telegram, messenger, x, discord, reddit, linkedin,
    threads, bebo, social networks, wechat, facetime
group: group, group chat, whatsapp group, facebook group, fb group, class group, parents group, chat group,
    groupchat, gc, class chat, class whatsapp, class page, mums group
chat: texting, chat, conversation, discussion, thread, talk, convo, messages, comment section, slanging
    match
online: online, internet, web, net, cyber, digital, on line, virtual, www, electronic
post: post, posting, posted, put up, put online, put on, upload, share, sharing, publish, entry, stick on,
    stick up, bung up, tweet, write online, status, message board, go viral, putting stuff, putting up,
    comment, posts, wrote, write, pop on, whack on, chuck on, air
comment: comment, remark, statement, post, message, said, say, write, wrote, words, rant, moan, things,
    stuff said, review, feedback
erase: for good, for ever, forever, permanent, permanently, erase, delete, remove, take down, taken down,
    get rid, wipe, undo, permanent, forever, removal, take it down, come down, take off, disappear,
    unpublish, pull, taking down, deleted, scrub, stay online, stays, take back
remove: remove, removal, take down, taken down, take it down, delete, come down, taken off, take off, get
    rid, pull, taking down, gone, unpublish, deleting, get it down, get it off
photo: snaps, take snaps, photo, photograph, pic, picture, image, photographic, snap, snapshot, selfie,
    video, film, clip, footage, record, recording, videoing, filming
camera: camera, digital camera
tag: tag, tagging, tagged
name: name, naming, named, names, identify, identifying, identity, identifiable, full name, surname
permission: permission, consent, authorise, authorised, say so, ok from, without asking, unauthorised,
    allow, agree, ask first, asking, say yes, go ahead, permitted, sign off, given the ok
allowed: allowed, allow, may, can, ok, okay, permitted, legit, acceptable, appropriate, fine, alright, all
    right, banned, forbidden, against the rules, against policy, supposed, cool, permissible, prohibited
acceptable: acceptable, appropriate, ok to, whats ok, fine to, all right, suitable, proper, legit,
    unacceptable, inappropriate, not ok, not acceptable, not allowed, not on, banned, unsuitable, wrong,
    improper
unsuitable: unsuitable, inappropriate, dodgy, iffy, dubious, bad site, rude, nasty, bad, not suitable,
    undesirable, harmful, weird, creepy, horrible, unsafe
must: must, have to, got to, obliged, obligation, required, duty, expected, expect, responsibility,
    responsible, supposed, meant to, need to, mandatory, compulsory, insist, should, job, bound, ought,
    requirement, necessary
responsible: to blame, buck stops, carries the can, responsible, responsibility, in charge, accountable,
    answer for, answerable, look after, looks after, deals with, run, oversee, manage, owner, whose job,
    blame, liable, fault, whose fault, lead, led, led by, runs, heads up, liability, role, duties
appoint: appoint, appointed, appointment, choose, chose, pick, designate, nominate, select
delegate: delegate, delegated, hand over, pass to, pass on to, power
report: report, reporting, tell, told, inform, notify, let know, flag, flag up, raise, pass on, passed on,
    refer, alert, mention, contact, grass, grass up, shout, dob in, make aware, who to tell, escalate, hear
    about, heads up, speak up, disclose, own up
contact: text, texting, message, contact, ring, call, phone, get in touch, speak to, email, get hold, talk
    to, message, approach, reach out, go to, see
talk: talk, speak, chat, discuss, discussion, conversation, word, have a word, talking, face to face, in
    person, come in, sit down, meeting, meet, explain, go over, natter
meeting: meeting, meet, met, sit down, get together, call in, called in, invite in, see them, have in, come
    in, bring in, face to face
private: private, privately, confidential, confidentiality, in confidence, private word, quiet word,
    discreet, secret, behind closed doors, one to one, closed, personal information, sensitive, hush hush,
    hidden
public: public, publicly, open, in public, public domain, public place, everyone can see, in the open,
    broadcast
inperson: spoken, out loud, verbally, to somebodys face, in person, to our face, to my face, to their face,
    to your face, face to face, said out loud, directly, in the playground, in real life, irl, offline, in
    the street, aloud, in public, public domain
complain: complain, complaint, grievance, moan, moaning, whinge, whine, grumble, gripe, unhappy, not happy,
    dissatisfied, let off steam, have a go, kick off, kicking off, criticise, dissatisfaction, beef, groan,
    slate, slating
complaints: complaint procedure, complaint policy, complaint process, formal complaint, complaints
    procedure, complain formally, official complaint, complaint route, how to complain, traditional
    complaint
concern: niggle, qualm, stressed about, concern, worry, worried, worrying, issue, problem, matter, bother,
    upset, anxious, unhappy, uneasy, concerned, fret
resolve: patch up, bury the hatchet, squared away, resolve, resolved, resolution, sort, sorted, sort out,
    fix, fixed, settle, solve, solution, unresolved, deal with, put right, way forward, dealt with, clear
    up, iron out, make up, peace, smooth over
refuse: wont budge, flatly refuses, digs in, refuse, refuse to, wont, will not, say no, said no, ignore, not
    listen, refusal, wont take, decline, no reply, dig their heels, doesnt listen, keeps refusing
continue: on and on, over and over, wont let it go, continue, carry on, carries on, keep on, keeps, keep
    doing, still doing, repeat, again, go on, goes on, persist, further, wont stop, does it again, ongoing,
    doesnt stop, still happening, keep posting, next time
unresolved: not resolved, unresolved, not fixed, still not, not sorted, remain, remains, not settled, no
    joy, didnt work, doesnt work, get nowhere, still unhappy, still not happy, hasnt been dealt with, not
    been dealt, not solved, isnt sorted, hasnt sorted, didnt sort
extreme: extreme, serious, severe, really bad, very bad, worst, gross, grossly
first: first, initially, initial, first step, start, begin, step one, first thing, before anything, straight
    away, to begin with, originally, beforehand, prior, firstly
step: step, steps, stage, process, procedure, order, route, sequence, procedures, ladder, way, next step,
    action, what next
next: next, then, after that, further, following, afterwards, what now, what next
action: action, sanction, consequence, what happens, what do we do, what can we do, measure, punish,
    punishment, trouble, penalty, what will happen, discipline, response, respond, dealt, handle, deal,
    procedure, take action
handle: handle, deal, deal with, dealt, respond, response, treat, address, addressed, cope, tackle, manage
warn: warn, warning, final warning, letter, caution, telling off, yellow card, told off, make aware, ensure
    aware
letter: letter, write to, in writing, written, email home, writing, formal letter, put in writing, on paper,
    send them
evidence: screenshots, receipts, save the link, evidence, proof, screenshot, screen shot, screen grab,
    screengrab, prove, proven, find out what, keep a copy, copies, establish what, capture, save a copy
why: why, reason, how come, motive, explain why, what made them
support: back me up, back us up, back me, got my back, stick up for me, support, back, backing, help,
    reassure, reassurance, look after, stand by, assist, assistance, helping, behind me, co operation,
    cooperate, co operate, on my side, care, have my back
abuse: abuse, abusive, abusing, nasty, horrible, vile, mean, insult, insulting, rude, unkind, slag off,
    slagging off, slag, slagging, bad mouth, bad mouthing, badmouth, bitch, bitching, diss, have a go,
    hurtful, spiteful, hateful, derogatory, offensive, offend, negative, troll, trolling, adverse, horrid,
    awful, personal comment, slate, slating, slated, having a pop, tearing into, mouthing off, bad,
    unpleasant, name calling, calling names, cruel, kick off, disrespect, ugly, toxic
offensive: offensive, offend, offended, obscene, grossly offensive, grossly obscene, inappropriate, foul,
    rude, crude, vulgar, disgusting, insulting
derogatory: sour, turns sour, bickering, spat, ugly, derogatory, turn nasty, turns nasty, get nasty, gets
    nasty, slagging, spiteful, bitchy, bitching, heated, pile on, gossip, gossiping, row, argument
swear: expletives, blue language, swears, swear, swearing, foul language, bad language, effing, blinding,
    jeffing, f word, f bomb, cuss, curse, profanity, four letter, language, potty mouth, effing and
    blinding, sweary, rude words, expletive
threat: threatens, come for me, going to get, scream, screaming, yell, yelling, in my face, in our face,
    threat, threaten, threatening, threatened, intimidate, intimidating, intimidation, menace, scare,
    frighten, smash, punch, beat up, hit, attack, come after, get you, batter, kill, aggressive, aggression,
    in your face, squaring up, shout at, shouting, hurt
violence: violence, violent, fight, attack, punch, beat up, hit, smash, gore, gory, blood, bloody, batter,
    knife, weapon, physical, smack, thump
racist: racist, racism, racial, race, religious, religion, hate, islamophobic, antisemitic, n word,
    xenophobic, ethnic, skin colour
homophobic: homophobic, homophobia, gay, anti gay, lesbian, transphobic, lgbt, gay slur
discriminate: discriminate, discriminatory, discrimination, sexist, racist, homophobic, prejudice,
    disability, gender, hate, equality
harass: harass, harassing, harassment, harrassment, stalk, stalking, hound, hounding, pester, bother
    constantly, keeps messaging
bully: bully, bullying, bullied, cyber bully, cyber bullying, cyberbully, cyberbullying, online bullying,
    pick on, picking on, ganging up, troll, online bully
humiliate: humiliate, humiliating, humiliation, embarrass, shame, shaming, mock, ridicule, name and shame,
    show up, make fun, take the mick, criticise, laughing at
defame: defame, defamation, defamatory, libel, libellous, libelous, slander, lie, lies, lying, untrue,
    false, made up, making up, rumour, untrue things, not true, isnt true, smear, fib
untrue: untrue, inaccurate, false, incorrect, wrong, lie, not true, isnt true, made up, fake, misleading,
    accurate, rubbish
allegation: allegation, allege, accuse, accusation, accused, claim, accusing, say i did, saying i, said i,
    blame, point the finger
reputation: reputation, reputational, good name, disrepute, bad name, look bad, image of the school, make us
    look bad, bring the school into disrepute, bad press, drag through the mud, drag through mud,
    unwarranted, makes us look, our name
harm: harm, harmful, damage, damaging, hurt, upset, impact, effect, detrimental, affect, negative effect,
    consequence, emotional, distress, detriment, impacts, ruin, disrupt, wellbeing, welfare, adverse, suffer
learning: learning, learn, lesson, education, teaching, schoolwork, achievement, achieve, curriculum,
    homework
curriculum: curriculum, lesson, subject, teaching, embed, embedded, every subject, in class
heat: heat of the moment, angry, anger, in a temper, see red, lose it, without thinking, in a rage, rage,
    impulsive, hot headed, fired off, late at night, rash, drunk, spur of the moment
think: think, consider, careful, carefully, thought, bear in mind, ask themselves, think twice, reflect,
    before you post, before posting, think about, mind
praise: shoutout, kudos, bouquet, appreciate, praise, positive, nice, thank, compliment, kind words, good
    things, say thanks, thank you, shout out, well done, nice things, rewarding, lovely
rolemodel: role model, example, set an example, good example, setting an example, lead by example, behave
    ourselves, practise what we preach, model
friend: friend, friend request, add, befriend, follow, follower, accept, friends with, friended, adding,
    mates, following, friend requests, unfriend
campaign: campaign, petition, boycott, stir, stirring, whip up, crusade, witch hunt, rally, ganging up,
    stirring up
challenge: challenge, question, argue, attack policy, disagree, slate, have a go, oppose, kick off about,
    dispute
email: email, e mail, mail
filter: filter, filtering, filtered, firewall, blocked site, web filter, block, blocking, content filter,
    web filtering
block: block, blocked, blocking, ban, banned, bar, barred, restrict, restricted, stop, filter, get thru, get
    through, cant get, access, get on, kick off the site, locked, kick out, let through, unblock
monitor: monitor, monitoring, monitored, watch, watched, keep an eye, keep tabs, check, track, spy,
    supervise, supervision, see what, keep watch, look at, see everything, patrol, checking up, snoop,
    snooping, look out, eyes on
check: check, checked, regular check, test, make sure, ensure, verify, inspect, works, working, confirm
count: count, number, monitor the number, how many, keep count, tally, log, record, recorded, keep a record,
    track, statistics, stats, figures, data, keep tabs, numbers
inappropriatesite: unsuitable website, dodgy site, dodgy website, bad website, inappropriate site,
    inappropriate website, inappropriate material, unsuitable material, dodgy stuff, bad site, dodgy page,
    something dodgy, dodgy, gets through, get thru, gets thru, slip through
sexual: sexual, sexually, sex, porn, porno, pornography, pornographic, nude, naked, adult content, xxx,
    explicit, rude pictures, mucky, adult, nudes, smut, undressed
graphic: graphic, graphically, gory, gore, bloody, violent
drug: drug, weed, cannabis, drug taking, cocaine, illegal drug, prescription, pills, medicine, spice,
    substance
gambling: gambling, gamble, bet, betting, casino, bookie, poker, bingo, lottery, bookies, slots
research: research, find out, look up, looking up, homework, project, look things up, find things out,
    finding out
age: year 1, year 2, year 3, year 4, year 5, year 6, year 7, age, old, years old, how old, year old,
    underage, under age, too young, minimum age, yr, year 1, year 2, year 3, year 4, year 5, year 6, y3, y4,
    y5, y6, yr3, yr4, yr5, yr6, yr1, yr2, yr5s, yr6s, y5s, y6s, 13, thirteen, 18, age limit, age
    restriction, reception, old enough, 11 year old, 10 year old, 12
sign: sign, signed, signature, sign off, agreement, agree, accept, accept the terms, sign something, sign
    up, terms, declaration, consent form, signing, tick, agree to, form, signs
agreement: agreement, acceptable use agreement, contract, aup, acceptable use, acceptable use policy,
    acceptable user policy, aua, user agreement, ict agreement, home school agreement
statement: responsible internet use, statement, internet use statement, riu
review: looked at, look over, go through it again, next review, review, reviewed, reviewing, look at again,
    revisit, revised, update, updated, rewritten, redo, gone over, evaluate, refresh
evaluate: evaluate, evaluation, effectiveness, monitor, works, effective, see if it works, implementation,
    implement
yearly: each yr, every yr, yearly, annual, annually, every year, each year, once a year, 12 months, how
    often, per year, twelve months, year, when
regular: regular, regularly, often, how often, frequently, every week, weekly, termly, monthly, daily, time
    to time
daily: day to day, daily, every day, everyday
audit: audit, inspection, check up, health check, audited, auditing
uptodate: up to date, current, latest, keep current, update, updated, kept up to date, out of date, new
training: trains, upskill, refresher, training, train, trained, course, cpd, inset, awareness, workshop,
    taught, teach, session, awareness training
teach: teach, taught, teaching, educate, education, learn, lesson, assembly, told about, show, explain,
    instruct
home: home, at home, house, outside school, out of school, after school, in and out of school, weekend,
    evening
device: smartwatch, apple watch, smart watch, wearable, device, phone, mobile, mobile phone, tablet, ipad,
    laptop, computer, pc, smartphone, smart phone, gadget, communication device, chromebook, whiteboard,
    screen, tech, school system, kit, technology, iphone, digital device, machine, watch
misuse: misuse, misused, misusing, abuse of, inappropriate use, wrong use, messing about, messing around,
    break the rule, breach, broken the rule, used wrongly, not using properly, improper use, unlawful use,
    abused
breach: breach, break, broken, broke, break the rules, violate, violation, broken the rules, rule,
    breaching, flout, not follow
security: security, secure, gate, fob, password, intruder, break in, sneak, site security, trespass
reply: reply, respond, response, answer, answer back, comment back, react, get involved, join in, engage,
    weigh in, put them straight, set them straight, stick up for, defend, clap back, correct them, argue
    back, message back, jump in, wade in
involved: involved, involve, get involved, join in, take part, stay out, keep out, part of, wade in, weigh
    in, stay out of it
join: join, joining, be in, belong, sign up, opt, member of, forced to join, have to be in, add to
setup: set up, start, create, make, open, begin, build, start up, run
campaigner: campaign
share: share, sharing, pass on, exchange, spread, tell others, swap
practice: good practice, best practice, practice, what works, what works well
otherschools: other school, other schools, local school, cluster, nearby school, school down the road
aim: aim, purpose, objective, point, goal, reason for, what for, whats the point, why do we have, why have,
    intention, in aid of
cover: cover, apply, applies, apply to, who is it for, include, includes, count, counts, mean, definition,
    refer, reference, scope
include: include, includes, including, count as, counts as, mean, means, defined, define, definition,
    classed, class as
list: list, example, non exhaustive, exhaustive, everything, complete, full list, only example, all of it,
    covers everything
policy: policy, policies, rule, procedure, document, paperwork, regulations
comply: comply, compliance, follow, obey, stick to, keep to, adhere, go along with, abide, complying, live
    by
benefit: benefit, advantage, good thing, good side, plus, upside, pros, positive, useful, good for, helpful,
    good about, enhance, worth, any good, outweigh, point of
risk: risk, danger, dangerous, downside, drawback, cons, unsafe, groom, grooming, hazard, bad side
groom: groom, grooming, groomed, predator, paedophile, online predator, stranger danger
respect: respect, respectful, polite, politeness, manners, courteous, courtesy, nice, kind, civil, behave
values: values, ethos, vision, stands for, mission, principle
peace: peaceful, peacefully, peace, calm, amicable, non violent, calmly, without a fight
work: work together, work with, partnership, co operation, team up, working with, cooperate, co operate,
    work in partnership, together
interests: interest, best interest, pupils first, children first, put the kids first, kids first, for the
    sake, priority, come first, puts children first
careduty: duty of care, look after, well being, wellbeing, welfare
rights: right, rights, human rights, unicef, un convention, rights of the child, article 12, have a say, get
    a say, be heard, heard, views, opinion, pupil voice, school council, listen to, voice, say in
news: journalist, reporter, journo, newspaper, tv crew, high profile cases, news, publicity, paper, papers, in the news, press, media, high profile, telly,
    tv, headlines
confidentialinfo: confidential information, private info, private information, personal information, family
    info, data, gdpr, personal data, disclose, family information, details, personal details, disclosed
authority: authority, authorities, proper authority, appropriate authority, officials
seriously: seriously, serious, take seriously, taken seriously, joke, bothered
everything: every, everything, all, each, any, single
investigate: investigate, investigation, look into, looked into, find out, establish, inquiry, enquiry, dig
    into, get to the bottom, chance to investigate, check out
personalarea: personal, own, personal comments, personal stuff, personal account, personal page, private
    account, own account
account: account, profile, own page, login, logins
respond: respond, reply, answer, write back
schoolpurpose: school purposes, school business, for school, school account, official, represent,
    representing, on behalf
channel: channel, route, way, right way, right place, avenue, means, right channel, appropriate channel,
    better way, better ways
quick: quick, quickly, without delay, delay, straight away, asap, soon, promptly, right away, early, fast,
    immediately, at once, urgent, hurry, how fast, time frame, timescale
communicate: communicate, communication, communications, keep in touch, stay in touch, connect, engage,
    contact parents
marketing: marketing, advertise, advertising, promote, publicity, publicise, promoting
collaborate: collaborate, collaboration, engage, communicate, work together
network: network, wifi, wi fi, school system, system, server, connection
esafetylead: e safety lead, designated e safety lead, e safety coordinator, esafety lead, online safety
    lead, online safety coordinator, e safety officer
send: send, sen, special need, special needs, special educational need, disability, senco, ehcp
health: health and safety, health safety, h and s, hse
equality: equality, equality act, equal, protected characteristic, equalities
humanrights: human rights, human rights act
childrensact: children act, childrens act
bring: bring, bring in, take in, carry
lunch: lunch, dinner, school dinner, packed lunch, lunchtime, canteen, meal, snack, food, eat
uniform: uniform, clothes, clothing, dress, dress code, wear, shoes, trainers, jumper, jewellery, earring,
    hoodie
medicine: medicine, medication, calpol, inhaler, tablet, epipen, antibiotic, paracetamol, prescription
ill: threw up, been sick, ill, illness, sick, unwell, poorly, vomit, throwing up, sickness, temperature, bug
absence: absence, absent, off school, time off, holiday, term time, attendance, leave, day off, skive,
    truant, bunking, not in
late: late, lateness, punctual, punctuality, overslept
exclusion: exclude, exclusion, suspend, suspension, expel, permanently exclude, kick out
behaviour: behaviour, behavior, behave, naughty, misbehave, conduct, playing up, acting up, manners
trip: trip, visit, outing, school trip, excursion, residential, day out, educational visit
homework: homework, home learning, spelling, reading book
pickup: pick up, pickup, collect, collection, drop off, home time, hometime, fetch
money: money, pay, payment, cost, fee, charge, price, fund, cash, how much, refund
visitor: visitor, guest, contractor, sign in, lanyard, badge
dbs: dbs, crb, police check, background check, vetting, disclosure and barring
password: password, passcode, log in, login, log on, sign in, user name, username, credentials, pin
gift: gift, present, freebie, hospitality
cctv: cctv, surveillance camera, security camera
data: data, personal data, gdpr, data protection, information, personal information, records
copyright: copyright, intellectual property, plagiarism, plagiarise, copy, pirate, download
ai: ai, chatgpt, chat gpt, artificial intelligence, copilot, gemini, generative ai, chatbot, ai tool
fake: fake, faked, deepfake, deep fake, ai image, impersonate, impersonation, fake account, pretend
memorystick: memory stick, usb, usb stick, usb drive, pen drive, flash drive, removable media, hard drive
earphones: earphones, headphones, earbuds, airpods, headset
watch: watch, smartwatch, smart watch, apple watch, fitbit, fitness tracker, step counter, wearable
alcohol: alcohol, alcoholic, drink, drunk, wine, beer, booze, pub
touch: touch, hug, cuddle, comfort, physical contact, hold hands, restrain, restraint
dismiss: dismiss, dismissal, sack, sacked, fired, lose my job, lose your job, gross misconduct, disciplinary
lend: lend, lent, loan, borrow, share
supply: supply, supply teacher, agency, agency staff, cover teacher, temporary staff
shopping: shopping, shop, buy, personal use, private use, ebay, amazon
earn: earn, make money, paid for, income, second job, secondary employment, side hustle
event: nativity, sports day, assembly, concert, performance, school play, school fair, school event
gaming: game, gaming, xbox, playstation, roblox, fortnite, minecraft, play
livestream: live stream, livestream, streaming, zoom, teams, video call, webcam, remote lesson, remote
    learning
sexting: sexting, nudes, nude, youth produced, indecent image, naked pic, sending nudes, indecent,
    undressed, sexualised
extremism: extremism, extremist, radicalisation, radicalise, terrorism, terrorist, prevent
confiscate: confiscate, confiscation, take away, take off them, seize, taken off, hand in, handed in
search: search, searching, look through, go through
smoking: smoke, smoking, vape, vaping, cigarette
own: own, byod, my own, bring your own, personal device
lock: lock, locked, lock away, locker, switch off, turned off, off, silent
staffphone: own phone, personal phone, my phone, personal mobile, own mobile
"""
